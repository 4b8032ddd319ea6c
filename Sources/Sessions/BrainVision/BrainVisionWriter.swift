import Foundation
import Signal

/// Writes one stream of one rate as BrainVision 1.0: header, markers, samples.
///
/// Source: Brain Products, "BrainVision Core Data Format 1.0". Counts of at most 16 bits are kept as INT_16 with their
/// resolution; other values become IEEE_FLOAT_32. A gap is a `New Segment` marker.
struct BrainVisionWriter {
    private let file: any RecordingFile
    private let stream: RecordedStream
    private let index: Int
    private let rate: RecordedRate
    private let isCounts: Bool

    /// Stream `index` of `file`.
    ///
    /// - Throws: where its channels differ in rate, or have none.
    init(_ file: any RecordingFile, stream index: Int, path: String) throws(RecordingError) {
        self.file = file
        self.index = index
        stream = file.streams[index]
        let rates = Set(stream.channels.map(\.rate))
        guard rates.count == 1, let rate = rates.first ?? nil else {
            let shown = stream.channels.prefix(16).map {
                "'\($0.label)' \($0.rate.map { "\($0.hertz) Hz" } ?? "irregular")"
            }
            throw RecordingError(
                file: path,
                text: "BrainVision holds one rate, and the channels have several: \(shown.joined(separator: ", ")); "
                    + "choose some with --channels")
        }
        self.rate = rate
        isCounts =
            stream.holdsCounts
            && stream.channels.allSatisfy { $0.scale.map { $0.bits == 16 && $0.offset == 0 } ?? false }
    }

    /// Writes `stem.vhdr`, `stem.vmrk` and `stem.eeg`; the names inside are those of the files.
    ///
    /// - Throws: when the recording can no longer be read, or the disk takes no more.
    func write(folder: String, stem: String) throws(RecordingError) -> [String] {
        let header = try OutputFile("\(folder)/\(stem).vhdr")
        try header.put(headerText(stem))
        try header.finish()
        let markers = try OutputFile("\(folder)/\(stem).vmrk")
        try writeMarkers(markers, stem)
        try markers.finish()
        let samples = try OutputFile("\(folder)/\(stem).eeg")
        try writeSamples(samples)
        try samples.finish()
        return ["vhdr", "vmrk", "eeg"].map { "\(stem).\($0)" }
    }

    /// µs between samples, in as many digits as it takes.
    private var interval: String {
        let exact = 1e6 * Double(rate.denominator) / Double(rate.numerator)
        return exact == exact.rounded() ? "\(Int64(exact))" : "\(exact)"
    }

    private func headerText(_ stem: String) -> String {
        var lines = [
            "Brain Vision Data Exchange Header File Version 1.0", "", "[Common Infos]", "Codepage=UTF-8",
            "DataFile=\(stem).eeg", "MarkerFile=\(stem).vmrk", "DataFormat=BINARY", "DataOrientation=MULTIPLEXED",
            "NumberOfChannels=\(stream.channels.count)", "SamplingInterval=\(interval)", "", "[Binary Infos]",
            "BinaryFormat=\(isCounts ? "INT_16" : "IEEE_FLOAT_32")", "", "[Channel Infos]",
        ]
        for (place, channel) in stream.channels.enumerated() {
            let unit = channel.unit == "uV" ? "µV" : channel.unit
            let resolution = isCounts ? channel.scale?.gain ?? 1 : 1
            lines.append("Ch\(place + 1)=\(BrainVisionWriter.escaped(channel.label)),,\(resolution),\(unit)")
        }
        return lines.map { $0 + "\r\n" }.joined()
    }

    private func writeMarkers(_ output: OutputFile, _ stem: String) throws(RecordingError) {
        let head = [
            "Brain Vision Data Exchange Marker File, Version 1.0", "", "[Common Infos]", "Codepage=UTF-8",
            "DataFile=\(stem).eeg", "", "[Marker Infos]",
        ]
        try output.put(head.map { $0 + "\r\n" }.joined())
        var number = 0
        func put(_ text: String) throws(RecordingError) {
            number += 1
            try output.put("Mk\(number)=\(text)\r\n")
        }
        let start = stream.start.flatMap { RecordedInstant($0) }
        for segment in stream.segments {
            let date = start.map { "," + BrainVisionWriter.date($0.adding(seconds: segment.onset)) } ?? ""
            try put("New Segment,,\(segment.firstSample + 1),1,0\(date)")
        }
        for event in stream.events {
            guard let place = sample(at: event.onset) else { continue }
            let length = max(1, Int64(((event.duration ?? 0) * rate.hertz).rounded()))
            try put("Comment,\(BrainVisionWriter.escaped(event.text)),\(place + 1),\(length),0")
        }
    }

    /// The stored sample at `onset`, or the one that follows a gap; nil behind the end.
    private func sample(at onset: Double) -> Int64? {
        for segment in stream.segments where onset < segment.onset + segment.duration {
            return segment.firstSample + max(0, Int64(((onset - segment.onset) * rate.hertz).rounded()))
        }
        return nil
    }

    private func writeSamples(_ output: OutputFile) throws(RecordingError) {
        let total = stream.channels.map(\.samples).min() ?? 0
        let pieces = stream.channels.indices.map { SamplePiece(file, index, $0) }
        for at in 0..<total {
            for piece in pieces {
                if isCounts {
                    try output.put(Int16(truncatingIfNeeded: try piece.count(at, before: total)))
                } else {
                    try output.put(Float(try piece.value(at, before: total)).bitPattern)
                }
            }
        }
    }

    /// `yyyyMMddHHmmss` and microseconds.
    private static func date(_ instant: RecordedInstant) -> String {
        let (year, month, day) = instant.date
        let (hour, minute, second) = instant.clock
        let two = { (number: Int64) in number < 10 ? "0\(number)" : "\(number)" }
        let micro = String("\(instant.fraction / 1_000 + 1_000_000)".dropFirst())
        return "\(year)\(two(month))\(two(day))\(two(hour))\(two(minute))\(two(second))\(micro)"
    }

    /// Commas are `\1`; a line break would end the entry.
    static func escaped(_ text: String) -> String {
        text.replacing(",", with: "\\1").replacing("\n", with: " ").replacing("\r", with: " ")
    }
}
