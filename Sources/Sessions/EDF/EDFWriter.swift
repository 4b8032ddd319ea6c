import Signal

/// Writes one segment of a recording as EDF+C or BDF+C: every signal at its own rate, events as annotations.
///
/// Source: Kemp & Olivan 2003, "European data format 'plus'". Counts are kept where the recording has them and they fit
/// into 16 (BDF: 24) bits; other values are quantised over their own range.
struct EDFWriter {
    /// One signal: where it comes from, and its samples in the segment.
    private struct Column {
        let stream: Int
        let channel: Int
        let samples: Range<Int64>
        let rate: RecordedRate
        let calibration: EDFCalibration
        let isCounts: Bool
    }

    private let file: any RecordingFile
    private let isBDF: Bool
    private var signals: [Column] = []
    private var plan: EDFRecordPlan
    private let records: Int64
    private let start: RecordedInstant?
    private var annotations: EDFAnnotationPlan
    private(set) var notes: [String] = []

    /// Segment `segment` of the streams, which share a start and a segment's times.
    ///
    /// - Throws: where a signal has no regular rate, holds what is no number, or no record fits the rates.
    init(
        _ file: any RecordingFile, streams: [Int], segment: Int, isBDF: Bool, path: String
    ) throws(RecordingError) {
        self.file = file
        self.isBDF = isBDF
        let lead = file.streams[streams[0]].segments[segment]
        var places: [(stream: Int, channel: Int, samples: Range<Int64>)] = []
        for stream in streams {
            for channel in file.streams[stream].channels.indices {
                let samples = try EDFWriter.samples(file, stream, channel, lead, path)
                places.append((stream, channel, samples))
            }
        }
        // Counts that fill the whole range exactly need no look at the samples.
        let kept = places.map { EDFWriter.wholeRange(file, $0.stream, $0.channel, isBDF) }
        let open = places.indices.filter { kept[$0] == nil }
        let summaries = try ChannelSummary.all(file, open.map { places[$0] })
        for (index, place) in places.enumerated() {
            let summary = open.firstIndex(of: index).map { summaries[$0] }
            let made = try EDFWriter.signal(file, place, kept[index], summary, isBDF, path)
            if let note = made.note { notes.append(note) }
            signals.append(made.signal)
        }
        let counts = signals.map { Int64($0.samples.count) }
        plan = try EDFRecordPlan(signals.map(\.rate), counts: counts, sampleBytes: isBDF ? 3 : 2, path: path)
        let perRecord = plan.samples
        let records = zip(counts, perRecord).map { ($0 + Int64($1) - 1) / Int64($1) }.max() ?? 0
        self.records = records
        let base = streams.lazy.compactMap { file.streams[$0].start }.first
        start = base.flatMap { RecordedInstant($0)?.adding(seconds: lead.onset) }
        let range = lead.onset..<(lead.onset + lead.duration)
        var events = streams.flatMap { file.streams[$0].events }.filter { range.contains($0.onset) }
        for index in events.indices { events[index].onset -= lead.onset }
        if zip(counts, perRecord).contains(where: { $0 != records * Int64($1) }) {
            let end = Double(signals[0].samples.count) / signals[0].rate.hertz
            events.append(RecordedEvent(onset: end, text: "the recording ends here; what follows fills the record"))
            notes.append("the last record is filled with each signal's last value from \(end) s on")
        }
        annotations = EDFAnnotationPlan(
            events.sorted { $0.onset < $1.onset }, records: records, duration: plan.duration,
            fraction: start?.fraction ?? 0, sampleBytes: isBDF ? 3 : 2)
    }

    /// The samples of one channel in the stretch of time of `segment`.
    private static func samples(
        _ file: any RecordingFile, _ stream: Int, _ channel: Int, _ segment: RecordedSegment, _ path: String
    ) throws(RecordingError) -> Range<Int64> {
        let described = file.streams[stream]
        let one = described.channels[channel]
        guard let rate = one.rate else {
            throw RecordingError(
                file: path, text: "'\(one.label)' has no regular rate, which EDF needs; use xdf or csv")
        }
        let own = described.segments.first { abs($0.onset - segment.onset) < 0.5 / rate.hertz } ?? segment
        let fastest = max(1, described.channels.map(\.samples).max() ?? 1)
        let share = Double(one.samples) / Double(fastest)
        let first = Int64((Double(own.firstSample) * share).rounded())
        return first..<max(first, min(one.samples, first + Int64((Double(own.samples) * share).rounded())))
    }

    /// The calibration of counts that fit as they are, whatever they are; nil: the samples decide.
    private static func wholeRange(
        _ file: any RecordingFile, _ stream: Int, _ channel: Int, _ isBDF: Bool
    ) -> EDFCalibration? {
        let bits = isBDF ? 24 : 16
        guard file.streams[stream].holdsCounts, let scale = file.streams[stream].channels[channel].scale,
            scale.bits <= bits
        else { return nil }
        let limit = Int32(1) << Int32(bits - 1)
        guard let made = EDFCalibration(scale, counts: -limit...(limit - 1), bits: bits),
            abs(made.gain / scale.gain - 1) < 1e-12
        else { return nil }
        return made
    }

    private static func signal(
        _ file: any RecordingFile, _ place: (stream: Int, channel: Int, samples: Range<Int64>), _ kept: EDFCalibration?,
        _ summary: ChannelSummary?, _ isBDF: Bool, _ path: String
    ) throws(RecordingError) -> (signal: Column, note: String?) {
        let (stream, channel, samples) = place
        let described = file.streams[stream]
        let one = described.channels[channel]
        let rate = one.rate ?? RecordedRate(1, 1)
        guard let summary else {
            let calibration = kept ?? EDFCalibration(ChannelSummary(), bits: 16)
            return (
                Column(
                    stream: stream, channel: channel, samples: samples, rate: rate, calibration: calibration,
                    isCounts: true), nil
            )
        }
        if let bad = summary.firstNaN {
            throw RecordingError(
                file: path, place: "'\(one.label)', sample \(bad)",
                text: "is no number, which EDF and BDF cannot hold; use xdf, npy or csv")
        }
        let bits = isBDF ? 24 : 16
        if described.holdsCounts, let scale = one.scale, summary.least <= summary.greatest {
            let ends = [summary.least, summary.greatest].map { (($0 - scale.offset) / scale.gain).rounded() }
            if let low = Int32(exactly: min(ends[0], ends[1])), let high = Int32(exactly: max(ends[0], ends[1])),
                let kept = EDFCalibration(scale, counts: low...high, bits: bits)
            {
                let error = abs(kept.gain / scale.gain - 1)
                let note = error > 1e-9 ? "'\(one.label)': counts are kept, their unit is rounded by \(error)" : nil
                return (
                    Column(
                        stream: stream, channel: channel, samples: samples, rate: rate, calibration: kept,
                        isCounts: true), note
                )
            }
        }
        let made = EDFCalibration(summary, bits: bits)
        let unit = one.unit.isEmpty ? "" : " \(one.unit)"
        return (
            Column(stream: stream, channel: channel, samples: samples, rate: rate, calibration: made, isCounts: false),
            "'\(one.label)': values are rounded to steps of \(Float(made.gain))\(unit)"
        )
    }

    /// Writes header and records.
    ///
    /// - Throws: when the recording can no longer be read, or the disk takes no more.
    func write(to path: String) throws(RecordingError) {
        let output = try OutputFile(path)
        try writeHeader(output)
        let pieces = signals.indices.map { SamplePiece(file, signals[$0].stream, signals[$0].channel) }
        var bytes: [UInt8] = []
        for record in 0..<records {
            bytes.removeAll(keepingCapacity: true)
            for (index, signal) in signals.enumerated() {
                try append(signal, pieces[index], record: record, number: plan.samples[index], to: &bytes)
            }
            try output.put(bytes)
            try output.put(annotations.bytes(ofRecord: record))
        }
        try output.finish()
    }

    /// One signal's part of a record; behind its end its last value goes on.
    private func append(
        _ signal: Column, _ piece: SamplePiece, record: Int64, number: Int, to bytes: inout [UInt8]
    ) throws(RecordingError) {
        let size = isBDF ? 3 : 2
        let end = signal.samples.upperBound
        let from = signal.samples.lowerBound + record * Int64(number)
        let there = Int(max(0, min(Int64(number), end - from)))
        if signal.isCounts {
            try piece.append(from, there, before: end, size: size, to: &bytes)
        } else {
            for sample in 0..<there {
                let value = try piece.value(from + Int64(sample), before: end)
                put(signal.calibration.count(of: value), size, to: &bytes)
            }
        }
        guard there < number else { return }
        var last: Int32 = 0
        if !signal.samples.isEmpty {
            last =
                signal.isCounts
                ? try piece.count(end - 1, before: end)
                : signal.calibration.count(of: try piece.value(end - 1, before: end))
        }
        for _ in there..<number { put(last, size, to: &bytes) }
    }

    private func put(_ count: Int32, _ size: Int, to bytes: inout [UInt8]) {
        bytes.append(UInt8(truncatingIfNeeded: count))
        bytes.append(UInt8(truncatingIfNeeded: count >> 8))
        if size == 3 { bytes.append(UInt8(truncatingIfNeeded: count >> 16)) }
    }

    private func writeHeader(_ output: OutputFile) throws(RecordingError) {
        func field(_ text: String, _ width: Int) -> String {
            let ascii = String(String.UnicodeScalarView(text.unicodeScalars.map { 32..<127 ~= $0.value ? $0 : "?" }))
            return ascii.count >= width
                ? String(ascii.prefix(width)) : ascii + String(repeating: " ", count: width - ascii.count)
        }
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        let count = signals.count + 1
        let kind = isBDF ? "BDF+C" : "EDF+C"
        try output.put(isBDF ? [0xff] + Array("BIOSEMI".utf8) : Array("0       ".utf8))
        try output.put(field("X X X X", 80))
        if let start {
            let (year, month, day) = start.date
            let (hour, minute, second) = start.clock
            try output.put(field("Startdate \(two(day))-\(months[Int(month) - 1])-\(year) X ansa X", 80))
            try output.put("\(two(day)).\(two(month)).\(two(year % 100))\(two(hour)).\(two(minute)).\(two(second))")
        } else {
            // EDF+, additional specification 3: an unknown date.
            try output.put(field("Startdate X X ansa X", 80) + "01.01.8500.00.00")
        }
        try output.put(field("\(256 * (count + 1))", 8) + field(kind, 44) + field("\(records)", 8))
        try output.put(field(plan.text, 8) + field("\(count)", 4))
        let channels = signals.map { file.streams[$0.stream].channels[$0.channel] }
        let limits = isBDF ? ("-8388608", "8388607") : ("-32768", "32767")
        let columns: [(Int, [String], String)] = [
            (16, channels.map(\.label), isBDF ? "BDF Annotations" : "EDF Annotations"),
            (80, channels.map { _ in "" }, ""),
            (8, channels.map { RecordingText.asciiUnit($0.unit) }, ""),
            (8, signals.map(\.calibration.physicalMinimum), "-1"),
            (8, signals.map(\.calibration.physicalMaximum), "1"),
            (8, signals.map { "\($0.calibration.digitalMinimum)" }, limits.0),
            (8, signals.map { "\($0.calibration.digitalMaximum)" }, limits.1),
            (80, channels.map { _ in "" }, ""),
            (8, plan.samples.map { "\($0)" }, "\(annotations.samples)"),
            (32, channels.map { _ in "" }, ""),
        ]
        for (width, texts, last) in columns {
            for text in texts + [last] { try output.put(field(text, width)) }
        }
    }
}
