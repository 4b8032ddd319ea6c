public import Signal

/// A BCI2000 recording (`.dat`): samples and the states of every frame; a state that changes is an event.
public final class BCI2000File: RecordingFile {
    public let format = "BCI2000"
    public let streams: [RecordedStream]
    public private(set) var warnings: [RecordingWarning]
    public let paths: [String]
    private let header: BCI2000Header
    private let file: FileBytes
    private let frames: Int64

    /// Opens the file at `path`.
    public init(_ path: String) throws(RecordingError) {
        do throws(FileBytesError) { file = try FileBytes(path) } catch {
            throw RecordingError(file: path, text: errorText(error.code))
        }
        let header = try BCI2000Header(file)
        self.header = header
        paths = [path]
        warnings = header.warnings
        let (whole, rest) = (file.size - Int64(header.headerBytes))
            .quotientAndRemainder(dividingBy: Int64(header.frameBytes))
        frames = whole
        if rest > 0 {
            let text = "\(rest) bytes behind the last whole frame are left out"
            warnings.append(RecordingWarning(kind: "truncated", place: path, text: text))
        }
        let rate = RecordedRate(header.rate.numerator, header.rate.denominator)
        let channels = (0..<header.channels).map { index in
            RecordedChannel(
                label: header.names.indices.contains(index) ? header.names[index] : "Ch\(index + 1)",
                unit: header.gains.isEmpty ? "" : "uV", rate: rate, samples: whole)
        }
        let segment = RecordedSegment(
            onset: 0, duration: Double(whole) / rate.hertz, firstSample: 0, samples: whole)
        streams = [
            RecordedStream(
                name: "", channels: channels, start: header.start, segments: whole > 0 ? [segment] : [],
                events: try BCI2000File.events(header, file, frames: whole), holdsCounts: false)
        ]
    }

    /// `name value` at the first frame and wherever a state of it changes; clocks, which change always, are left out.
    private static func events(
        _ header: BCI2000Header, _ file: FileBytes, frames: Int64
    ) throws(RecordingError) -> [RecordedEvent] {
        let shown = header.states.filter { !["SourceTime", "StimulusTime", "Running"].contains($0.name) }
        var last = [UInt64](repeating: 0, count: shown.count)
        var events: [RecordedEvent] = []
        let hertz = Double(header.rate.numerator) / Double(header.rate.denominator)
        let piece = max(1, (1 << 22) / header.frameBytes)
        var first: Int64 = 0
        while first < frames, header.stateBytes > 0 {
            let here = Int(min(Int64(piece), frames - first))
            let bytes = try load(file, header, first: first, count: here)
            for frame in 0..<here {
                let base = frame * header.frameBytes + header.channels * header.storage.byteCount
                for (index, state) in shown.enumerated() {
                    let value = bits(bytes, base, state)
                    guard value != last[index] else { continue }
                    last[index] = value
                    events.append(
                        RecordedEvent(onset: Double(first + Int64(frame)) / hertz, text: "\(state.name) \(value)"))
                    guard events.count < 1_000_000 else { return events }
                }
            }
            first += Int64(here)
        }
        return events
    }

    private static func bits(_ bytes: [UInt8], _ base: Int, _ state: BCI2000Header.State) -> UInt64 {
        var value: UInt64 = 0
        for bit in 0..<state.length {
            let place = state.bit + bit
            if bytes[base + place / 8] & (1 << UInt8(place % 8)) != 0 { value |= 1 << UInt64(bit) }
        }
        return value
    }

    private static func load(
        _ file: FileBytes, _ header: BCI2000Header, first: Int64, count: Int
    ) throws(RecordingError) -> [UInt8] {
        let offset = Int64(header.headerBytes) + first * Int64(header.frameBytes)
        let bytes: [UInt8]
        do throws(FileBytesError) { bytes = try file.bytes(at: offset, count: count * header.frameBytes) } catch {
            throw RecordingError(file: file.path, place: "byte \(offset)", text: errorText(error.code))
        }
        guard bytes.count == count * header.frameBytes else {
            throw RecordingError(file: file.path, place: "byte \(offset)", text: "the file has become shorter")
        }
        return bytes
    }

    public func readCounts(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Int32>
    ) throws(RecordingError) {
        throw RecordingError(file: paths[0], text: "values of BCI2000 are scaled; ask for values")
    }

    /// (raw − offset) · gain: the offset is in A/D units.
    public func readValues(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Double>
    ) throws(RecordingError) {
        guard stream == 0, (0..<header.channels).contains(channel), first >= 0, first <= frames,
            Int64(into.count) <= frames - first
        else {
            throw RecordingError(
                file: paths[0],
                text: "stream \(stream), channel \(channel), samples \(first) + \(into.count) asked; there are "
                    + "\(header.channels) × \(frames)")
        }
        let gain = header.gains.isEmpty ? 1 : header.gains[channel]
        let size = header.storage.byteCount
        let piece = max(1, (1 << 22) / header.frameBytes)
        var done = 0
        while done < into.count {
            let here = min(piece, into.count - done)
            let bytes = try BCI2000File.load(file, header, first: first + Int64(done), count: here)
            for frame in 0..<here {
                let raw = stored(bytes, frame * header.frameBytes + channel * size)
                unsafe into[done + frame] = (raw - header.offsets[channel]) * gain
            }
            done += here
        }
    }

    private func stored(_ bytes: [UInt8], _ at: Int) -> Double {
        let low = UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8
        guard header.storage != .int16 else { return Double(Int16(truncatingIfNeeded: low)) }
        let word = low | UInt32(bytes[at + 2]) << 16 | UInt32(bytes[at + 3]) << 24
        return header.storage == .int32 ? Double(Int32(bitPattern: word)) : Double(Float(bitPattern: word))
    }
}
