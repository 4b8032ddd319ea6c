public import Signal

/// An EDF, EDF+, BDF or BDF+ recording with all its signals, each at its own rate.
///
/// Annotation signals become events. What is odd is said by ``EDFReader``, which reads header and annotations.
public final class EDFFile: RecordingFile {
    public let format: String
    public let streams: [RecordedStream]
    public let warnings: [RecordingWarning]
    public let paths: [String]
    private let opened: EDFReader
    /// The ordinary signals by their number in the file.
    private let numbers: [Int]
    /// Records that were read last.
    private var held: (first: Int64, bytes: [UInt8]) = (0, [])

    /// Opens the file at `path`.
    public init(_ path: String) throws(RecordingError) {
        opened = try EDFReader(path)
        let header = opened.header
        paths = [path]
        let isPlain = !header.isPlus
        format = (header.isBDF ? "BDF" : "EDF") + (isPlain ? "" : header.isDiscontinuous ? "+D" : "+C")
        numbers = header.signals.indices.filter { !header.signals[$0].isAnnotation }
        // That signals of several rates are there is shown, and no reason for a warning here.
        warnings = opened.warnings.filter { $0.kind != "rates" }
        streams = [EDFFile.stream(opened, numbers)]
    }

    private static func stream(_ opened: EDFReader, _ numbers: [Int]) -> RecordedStream {
        let header = opened.header
        let duration = header.duration ?? (0, 1)
        let seconds = Double(duration.numerator) / Double(duration.denominator)
        let channels = numbers.map { number in
            let signal = header.signals[number]
            var rate: RecordedRate?
            if duration.numerator > 0 {
                let ratio = RecordingText.reduced(
                    Int64(signal.samplesPerRecord) * duration.denominator, duration.numerator)
                rate = RecordedRate(ratio.numerator, ratio.denominator)
            }
            let offset = signal.physicalMinimum - signal.digitalMinimum * signal.gain
            return RecordedChannel(
                label: signal.label, unit: signal.isCalibrated ? signal.unit : "", rate: rate,
                samples: header.records * Int64(signal.samplesPerRecord),
                scale: RecordedScale(
                    gain: signal.gain, offset: signal.isCalibrated ? offset : 0, bits: 8 * header.sampleBytes))
        }
        let most = numbers.map { header.signals[$0].samplesPerRecord }.max() ?? 0
        let starts = opened.segmentRecords
        let segments = zip(starts.indices, opened.segments).map { index, segment in
            let records = (index + 1 < starts.count ? starts[index + 1] : header.records) - starts[index]
            return RecordedSegment(
                onset: segment.onset, duration: Double(records) * seconds,
                firstSample: starts[index] * Int64(most), samples: records * Int64(most))
        }
        return RecordedStream(
            name: "", channels: channels, start: EDFFile.start(opened),
            segments: channels.isEmpty ? [] : segments,
            events: opened.annotations.map { RecordedEvent(onset: $0.onset, duration: $0.duration, text: $0.text) },
            holdsCounts: true)
    }

    /// The header's start with the fraction of the first record's onset, to 100 ns as annotations have it.
    private static func start(_ opened: EDFReader) -> String? {
        guard let start = opened.start else { return nil }
        let fraction = Int64((opened.startFraction * 1e7).rounded())
        guard fraction > 0, fraction < 10_000_000 else { return start }
        let digits = String(String(fraction + 10_000_000).dropFirst())
        return start + "." + String(digits.reversed().drop { $0 == "0" }.reversed())
    }

    public func readCounts(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Int32>
    ) throws(RecordingError) {
        let size = opened.header.sampleBytes
        try unsafe walk(stream: stream, channel: channel, first: first, count: into.count) { bytes, at, place, count in
            for sample in 0..<count {
                unsafe into[place + sample] = unsafe EDFFile.digital(bytes, at + sample * size, size)
            }
        }
    }

    public func readValues(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Double>
    ) throws(RecordingError) {
        let size = opened.header.sampleBytes
        let signal = numbers.indices.contains(channel) ? opened.header.signals[numbers[channel]] : nil
        try unsafe walk(stream: stream, channel: channel, first: first, count: into.count) { bytes, at, place, count in
            guard let signal else { return }
            for sample in 0..<count {
                unsafe into[place + sample] = signal.physical(unsafe EDFFile.digital(bytes, at + sample * size, size))
            }
        }
    }

    /// Hands over where this one signal's samples lie, record by record: the bytes, the place of the first sample in
    /// them, its place in what was asked, and how many there are.
    private func walk(
        stream: Int, channel: Int, first: Int64, count: Int,
        take: (UnsafeRawBufferPointer, Int, Int, Int) -> Void
    ) throws(RecordingError) {
        let header = opened.header
        guard stream == 0, numbers.indices.contains(channel) else {
            throw RecordingError(
                file: paths[0], text: "stream \(stream), channel \(channel) asked; there are \(numbers.count) channels")
        }
        let signal = header.signals[numbers[channel]]
        let each = Int64(signal.samplesPerRecord)
        let total = header.records * each
        guard first >= 0, first <= total, Int64(count) <= total - first else {
            throw RecordingError(file: paths[0], text: "samples \(first) + \(count) asked, 0 to \(total) exist")
        }
        var done = 0
        while done < count {
            let (record, inside) = (first + Int64(done)).quotientAndRemainder(dividingBy: each)
            let here = min(count - done, Int(each - inside))
            try hold(record)
            let start = Int(record - held.first) * header.recordBytes + signal.offset + Int(inside) * header.sampleBytes
            unsafe held.bytes.withUnsafeBytes { unsafe take($0, start, done, here) }
            done += here
        }
    }

    /// Reads the records from `record` on, some MB of them, unless it is held: channels are asked for in turns.
    private func hold(_ record: Int64) throws(RecordingError) {
        let size = opened.header.recordBytes
        guard record < held.first || record >= held.first + Int64(held.bytes.count / max(1, size)) else { return }
        let wanted = max(1, (1 << 21) / max(1, size))
        // Whole multiples, so that all channels of a stretch hit the same records.
        let from = record - record % Int64(wanted)
        let count = Int(min(Int64(wanted), opened.header.records - from))
        let offset = Int64(opened.header.headerBytes) + from * Int64(size)
        let bytes: [UInt8]
        do throws(FileBytesError) { bytes = try opened.file.bytes(at: offset, count: count * size) } catch {
            throw RecordingError(file: paths[0], place: "byte \(offset)", text: errorText(error.code))
        }
        guard bytes.count == count * size else {
            throw RecordingError(file: paths[0], place: "byte \(offset)", text: "the file has become shorter")
        }
        held = (from, bytes)
    }

    @inline(__always)
    private static func digital(_ bytes: UnsafeRawBufferPointer, _ at: Int, _ size: Int) -> Int32 {
        let low = unsafe Int32(bytes[at]) | Int32(bytes[at + 1]) << 8
        if size == 3 { return unsafe low | Int32(Int8(bitPattern: bytes[at + 2])) << 16 }
        return Int32(Int16(truncatingIfNeeded: low))
    }

    public func reader(stream: Int, channels: [Int]?) throws(RecordingError) -> any RecordingReader {
        guard stream == 0 else { throw RecordingError(file: paths[0], text: "stream \(stream) asked; there is one") }
        guard let channels else { return opened }
        for channel in channels where !numbers.indices.contains(channel) {
            throw RecordingError(file: paths[0], text: "channel \(channel) asked; there are \(numbers.count)")
        }
        return try EDFReader(paths[0], signals: channels.map { numbers[$0] })
    }
}
