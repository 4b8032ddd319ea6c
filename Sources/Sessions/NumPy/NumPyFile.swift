public import Signal

/// A NumPy array (`.npy`) of numbers, whose rate, labels and units stand in the JSON file beside it, `NAME.json`.
///
/// One axis is time, the other channels; where the array is not samples × channels, the number of labels tells.
/// Values are physical as they are stored.
public final class NumPyFile: RecordingFile {
    public let format = "NumPy"
    public let streams: [RecordedStream]
    public private(set) var warnings: [RecordingWarning]
    public let paths: [String]
    private let file: FileBytes
    private let header: NumPyHeader
    /// Steps from a sample to the next and from a channel to the next, in values.
    private let steps: (sample: Int64, channel: Int64)
    private let frames: FramePieces

    /// Opens the array at `path` with its sidecar.
    ///
    /// - Throws: where there is no sidecar: what it must hold; where header, sidecar and size contradict each other.
    public init(_ path: String) throws(RecordingError) {
        let file = try FileBytes.opened(path)
        let header = try NumPyHeader(file)
        let beside = NumPyFile.sidecarPath(path)
        guard JSONSidecar.exists(beside) else {
            throw RecordingError(
                file: path, text: "an array has no rate, labels or units: write \(beside), \(NumPySidecar.demand)")
        }
        let sidecar = try NumPySidecar(try JSONSidecar(beside))
        var warnings = sidecar.warnings
        let plan = try NumPyFile.plan(header, sidecar, path, &warnings)
        let present = (file.size - header.offset) / Int64(header.number.size)
        let counts = try NumPyFile.counts(header, plan, present, file, &warnings)
        steps = plan.steps
        let width = plan.steps.channel == 1 ? plan.channels : 1
        frames = FramePieces(
            file, start: header.offset, frameBytes: Int(width) * header.number.size, frames: present / width,
            keeps: width > 1 || plan.channels == 1)
        let channels = zip(sidecar.names, counts).map { name, count in
            RecordedChannel(label: name.label, unit: name.unit, rate: sidecar.rate, samples: count)
        }
        streams = [
            RecordedStream(
                name: "", channels: channels, start: sidecar.start,
                segments: NumPyFile.segments(sidecar, samples: counts.max() ?? 0), events: sidecar.events,
                holdsCounts: false)
        ]
        (self.file, self.header, self.warnings, paths) = (file, header, warnings, [path, beside])
        self.warnings += try scaleWarnings()
    }

    /// `x.json` for `x.npy`.
    static func sidecarPath(_ path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return path + ".json" }
        return path.dropLast(name.distance(from: dot, to: name.endIndex)) + ".json"
    }

    private typealias Plan = (samples: Int64, channels: Int64, steps: (sample: Int64, channel: Int64))

    /// Which axis is time: the first, unless the labels fit only the first.
    private static func plan(
        _ header: NumPyHeader, _ sidecar: NumPySidecar, _ path: String, _ warnings: inout [RecordingWarning]
    ) throws(RecordingError) -> Plan {
        let labels = Int64(sidecar.names.count)
        let (first, second) = (header.shape[0], header.shape.count == 2 ? header.shape[1] : 1)
        guard labels >= 1, labels <= 65_536, second == labels || first == labels && header.shape.count == 2 else {
            let shape = header.shape.map(String.init).joined(separator: " × ")
            throw RecordingError(
                file: sidecar.path, place: "channels",
                text: "\(labels) channels, and the array is \(shape); expected one label a channel, 1 to 65536")
        }
        let isTurned = second != labels
        let (samples, channels) = isTurned ? (second, first) : (first, second)
        if isTurned {
            let text = "the array is channels × samples, as its \(labels) labels say"
            warnings.append(RecordingWarning(kind: "axes", place: path, text: text))
        }
        let (total, overflow) = samples.multipliedReportingOverflow(by: channels * Int64(header.number.size))
        guard !overflow, total < 1 << 62 else {
            throw RecordingError(file: path, place: "shape", text: "\(samples) × \(channels) values are no file")
        }
        // Of one channel, samples follow one another whatever the order.
        let isInterleaved = channels == 1 || header.isFortran == isTurned
        return (samples, channels, isInterleaved ? (channels, 1) : (1, samples))
    }

    /// Samples of each channel that the file holds.
    private static func counts(
        _ header: NumPyHeader, _ plan: Plan, _ present: Int64, _ file: FileBytes,
        _ warnings: inout [RecordingWarning]
    ) throws(RecordingError) -> [Int64] {
        let stated = plan.samples * plan.channels
        let size = Int64(header.number.size)
        if file.size - header.offset > stated * size {
            let text = "\(file.size - header.offset - stated * size) bytes behind the array are left out"
            warnings.append(RecordingWarning(kind: "longer", place: file.path, text: text))
        }
        guard present < stated else { return [Int64](repeating: plan.samples, count: Int(plan.channels)) }
        let text = "\(present) of \(stated) values are there; the rest is left out"
        warnings.append(RecordingWarning(kind: "truncated", place: "\(file.path): byte \(file.size)", text: text))
        guard plan.steps.channel != 1 else {
            return [Int64](repeating: present / plan.channels, count: Int(plan.channels))
        }
        return (0..<plan.channels).map { min(plan.samples, max(0, present - $0 * plan.samples)) }
    }

    private static func segments(_ sidecar: NumPySidecar, samples: Int64) -> [RecordedSegment] {
        let pieces = (sidecar.pieces.isEmpty ? [(0, 0)] : sidecar.pieces).filter { $0.first < samples }
        return pieces.indices.map { index in
            let count = (index + 1 < pieces.count ? pieces[index + 1].first : samples) - pieces[index].first
            return RecordedSegment(
                onset: pieces[index].onset, duration: Double(count) / sidecar.rate.hertz,
                firstSample: pieces[index].first, samples: count)
        }
    }

    public func readCounts(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Int32>
    ) throws(RecordingError) {
        throw RecordingError(file: paths[0], text: "values of an array are physical; ask for values")
    }

    public func readValues(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Double>
    ) throws(RecordingError) {
        try checkRange(stream: stream, channel: channel, first: first, count: into.count)
        let number = header.number
        let isInterleaved = steps.channel == 1
        let start = isInterleaved ? first : first + Int64(channel) * steps.channel
        let inside = isInterleaved ? channel * number.size : 0
        try frames.each(first: start, count: into.count) { place, bytes, at in
            unsafe into[place] = number.value(bytes, at + inside)
        }
    }
}
