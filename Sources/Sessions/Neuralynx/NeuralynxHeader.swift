import Signal

/// The 16,384 bytes of text that a Neuralynx file begins with.
///
/// Source: Neuralynx, "Neuralynx Data File Formats": lines `-Name value` behind a first line with eight `#`.
struct NeuralynxHeader {
    static let magic = Array("######## Neuralynx".utf8)
    static let byteCount = 16_384
    /// Bytes of a record of continuous samples, and of an event record.
    static let samplesRecord = 1_044
    static let eventRecord = 184

    private let fields: [String: String]

    init(_ file: FileBytes) throws(RecordingError) {
        guard file.size >= Int64(NeuralynxHeader.byteCount) else {
            throw RecordingError(
                file: file.path, place: "byte \(file.size)",
                text: "ends in its header, which has \(NeuralynxHeader.byteCount) bytes")
        }
        let bytes = try file.exactly(at: 0, count: NeuralynxHeader.byteCount)
        guard bytes.starts(with: NeuralynxHeader.magic) else {
            throw RecordingError(
                file: file.path, place: "byte 0", text: "no Neuralynx file; it begins with '######## Neuralynx'")
        }
        var fields: [String: String] = [:]
        for line in RecordingText.latin1(bytes.prefix { $0 != 0 }).split(whereSeparator: \.isNewline) {
            let words = RecordingText.trimmed(line).split(separator: " ", maxSplits: 1)
            guard let name = words.first, name.hasPrefix("-"), fields[String(name)] == nil else { continue }
            fields[String(name)] = words.count > 1 ? RecordingText.trimmed(words[1]) : ""
        }
        self.fields = fields
    }

    /// The text behind `-name`; empty where it is absent.
    subscript(name: String) -> String { fields["-" + name] ?? "" }

    /// Whether its records are events.
    var holdsEvents: Bool {
        self["FileType"].lowercased().hasPrefix("event") || self["RecordSize"] == "\(NeuralynxHeader.eventRecord)"
            || self["NLX_Base_Class_Type"] == "EventAcqEnt"
    }

    /// Whether its records are continuous samples.
    var holdsSamples: Bool {
        let (type, size, base) = (self["FileType"].uppercased(), self["RecordSize"], self["NLX_Base_Class_Type"])
        if !type.isEmpty { return type == "NCS" || type == "CSC" }
        if !size.isEmpty { return size == "\(NeuralynxHeader.samplesRecord)" }
        return ["CscAcqEnt", "BmlAcq", ""].contains(base) && !holdsEvents
    }

    /// The channel's name.
    var label: String { self["AcqEntName"].isEmpty ? self["NLX_Base_Class_Name"] : self["AcqEntName"] }

    /// `yyyy/MM/dd HH:mm:ss` in another form; nil where the header does not say when the file was made.
    var created: String? {
        let text = self["TimeCreated"].replacing("/", with: "-").replacing(" ", with: "T")
        return RecordedInstant(text)?.text
    }

    /// Hz; nil where the header does not say.
    ///
    /// Old systems had a clock of 1 MHz and sampled every whole number of µs, which is the rate they mean.
    var rate: RecordedRate? {
        guard let stated = RecordingText.fraction(self["SamplingFrequency"]) else { return nil }
        if self["NLX_Base_Class_Type"] == "CscAcqEnt" {
            let step = Int64((1e6 * Double(stated.denominator) / Double(stated.numerator)).rounded(.down))
            return step > 0 ? RecordedRate(1_000_000, step) : nil
        }
        return RecordedRate(stated.numerator, stated.denominator)
    }

    /// µV in a count, negative where the input was inverted; nil where the header has no usable factor.
    var gain: Double? {
        let first = self["ADBitVolts"].split(separator: " ").first.map(String.init) ?? ""
        guard let volts = Double(first.replacing(",", with: ".")), volts.isFinite, volts != 0 else { return nil }
        return (self["InputInverted"].lowercased() == "true" ? -1 : 1) * volts * 1e6
    }

    /// By how many µs, or more, a record's stamp differs from the one expected where a gap begins.
    ///
    /// Stamps are whole µs. A Digital Lynx or Cheetah samples by a clock of its own that drifts against them: there a
    /// fifth of a sample, as python-neo allows.
    func tolerance(_ rate: RecordedRate) -> Double {
        let drifting = ["DigitalLynx", "DigitalLynxSX", "Cheetah64", "RawDataFile", "Cheetah560"]
        return drifting.contains(self["HardwareSubSystemType"]) ? max(1, (0.2e6 / rate.hertz).rounded() + 0.5) : 1
    }
}
