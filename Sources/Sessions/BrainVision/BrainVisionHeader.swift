import Signal

/// One channel of a BrainVision recording as its header describes it.
public struct BrainVisionChannel: Hashable, Sendable {
    public var label: String
    public var reference: String
    /// Units in one stored step.
    public var resolution: Double
    /// Unit as the header spells it; empty means µV.
    public var unit: String
}

/// The header file of a BrainVision recording.
///
/// Source: BrainVision Core Data Format 1.0, Brain Products.
struct BrainVisionHeader {
    enum Storage: String {
        case int16 = "INT_16"
        case int32 = "INT_32"
        case float32 = "IEEE_FLOAT_32"

        var byteCount: Int { self == .int16 ? 2 : 4 }
    }

    let path: String
    let text: BrainVisionText
    var storage = Storage.int16
    /// All samples of a channel one after the other, instead of all channels of an instant.
    var isVectorized = false
    var rate: (numerator: Int64, denominator: Int64) = (1, 1)
    var channels: [BrainVisionChannel] = []
    /// What the header says is the number of instants, or nil.
    var dataPoints: Int64?
    var dataFile: (name: String, line: Int)?
    var markerFile: String?
    var warnings: [RecordingWarning]

    init(_ path: String) throws(RecordingError) {
        self.path = path
        let bytes: [UInt8]
        do throws(FileBytesError) { bytes = try FileBytes.contents(of: path) } catch {
            throw RecordingError(file: path, text: errorText(error.code))
        }
        text = try BrainVisionText(bytes, path: path, what: "header")
        warnings = text.warnings
        try readFormat()
        try readRate()
        try readChannels()
        if let entry = text.entry("common infos", "DataFile") { dataFile = (entry.value, entry.line) }
        markerFile = text.entry("common infos", "MarkerFile")?.value
        dataPoints = text.entry("common infos", "DataPoints").flatMap { Int64($0.value) }
    }

    private mutating func readFormat() throws(RecordingError) {
        let format = text.entry("common infos", "DataFormat")
        if let format, format.value.uppercased() != "BINARY" {
            throw error(format.line, "DataFormat '\(format.value)'; only BINARY can be read")
        }
        if let type = text.entry("common infos", "DataType"), type.value.uppercased() != "TIMEDOMAIN" {
            throw error(type.line, "DataType '\(type.value)'; only TIMEDOMAIN can be read")
        }
        let orientation = text.entry("common infos", "DataOrientation")
        switch orientation?.value.uppercased() {
        case "MULTIPLEXED": isVectorized = false
        case "VECTORIZED": isVectorized = true
        default:
            let found = orientation?.value ?? ""
            throw error(orientation?.line ?? 1, "DataOrientation '\(found)'; allowed are MULTIPLEXED and VECTORIZED")
        }
        let binary = text.entry("binary infos", "BinaryFormat")
        guard let known = Storage(rawValue: binary?.value.uppercased() ?? "") else {
            let found = binary?.value ?? ""
            throw error(binary?.line ?? 1, "BinaryFormat '\(found)'; allowed are INT_16, INT_32 and IEEE_FLOAT_32")
        }
        storage = known
        if let big = text.entry("binary infos", "UseBigEndianOrder"), big.value.uppercased() == "YES" {
            throw error(big.line, "UseBigEndianOrder is YES; only little-endian samples can be read")
        }
    }

    private mutating func readRate() throws(RecordingError) {
        guard let entry = text.entry("common infos", "SamplingInterval") else {
            throw error(1, "no SamplingInterval in [Common Infos]")
        }
        guard let interval = RecordingText.fraction(entry.value),
            interval.numerator < 1_000_000_000_000_000, interval.denominator <= 1_000_000
        else { throw error(entry.line, "SamplingInterval '\(entry.value)' is no positive number of microseconds") }
        rate = RecordingText.reduced(1_000_000 * interval.denominator, interval.numerator)
    }

    private mutating func readChannels() throws(RecordingError) {
        guard let entry = text.entry("common infos", "NumberOfChannels") else {
            throw error(1, "no NumberOfChannels in [Common Infos]")
        }
        guard let count = Int(entry.value), (1...65_536).contains(count) else {
            throw error(entry.line, "NumberOfChannels '\(entry.value)', allowed are 1 to 65536")
        }
        let infos = text.sections["channel infos"] ?? []
        guard infos.count == count else {
            throw error(entry.line, "NumberOfChannels is \(count), but [Channel Infos] has \(infos.count) entries")
        }
        for (index, info) in infos.enumerated() {
            guard info.key.lowercased() == "ch\(index + 1)" else {
                throw error(info.line, "found \(info.key), expected Ch\(index + 1)")
            }
            try channels.append(channel(info))
        }
    }

    private func channel(_ info: BrainVisionText.Entry) throws(RecordingError) -> BrainVisionChannel {
        let fields = info.value.split(separator: ",", omittingEmptySubsequences: false)
            .map { BrainVisionMarker.unescaped(RecordingText.trimmed($0)) }
        var resolution = 1.0
        if fields.count > 2, !fields[2].isEmpty {
            guard let value = Double(fields[2]), value.isFinite, value != 0 else {
                throw error(info.line, "resolution '\(fields[2])' of \(info.key) is no number other than 0")
            }
            resolution = value
        }
        return BrainVisionChannel(
            label: fields.first ?? "", reference: fields.count > 1 ? fields[1] : "", resolution: resolution,
            unit: fields.count > 3 ? fields[3] : "")
    }

    private func error(_ line: Int, _ text: String) -> RecordingError {
        RecordingError(file: path, place: "line \(line)", text: text)
    }
}
