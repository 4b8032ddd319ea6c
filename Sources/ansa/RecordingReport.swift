import Foundation
import Sessions
import Signal

/// What `ansa session show` says of a recording: one object for each stream.
struct RecordingReport: Encodable {
    struct ChannelReport: Encodable {
        let index: Int
        let label: String
        let unit: String
        /// Null where samples come at irregular times.
        let rateHz: Double?
        let samples: Int64
    }

    struct Annotations: Encodable {
        let count: Int
        let first: Event?
        let last: Event?
    }

    struct Event: Encodable {
        let onsetS: Double
        let durationS: Double?
        let text: String

        init(_ event: RecordedEvent) {
            (onsetS, durationS, text) = (event.onset, event.duration, event.text)
        }

        /// On one line of a terminal.
        var line: String {
            let flat = text.replacingOccurrences(of: "\n", with: " ").replacingOccurrences(of: "\r", with: " ")
            return "\(fixed(onsetS, 3)) s  \(flat.count > 60 ? flat.prefix(59) + "…" : flat)"
        }
    }

    struct Segment: Encodable {
        let onsetS: Double
        let durationS: Double
        let firstSample: Int64
        let samples: Int64
    }

    struct Warning: Encodable {
        let kind: String
        let place: String
        let text: String
    }

    let format: String
    let name: String
    let channels: [ChannelReport]
    let start: String?
    /// Seconds by a clock that the file's streams share; null where there is none.
    let firstStampS: Double?
    let durationS: Double
    let segments: [Segment]
    let gaps: Int
    let annotations: Annotations
    let warnings: [Warning]
    let sha256DigitalI32leChannelMajor: String?
    let sha256F32leChannelMajor: String?

    /// The stream `index` of `file`; `hashes`: with the fingerprint of its samples, for which all are read.
    init(_ file: any RecordingFile, stream index: Int, hashes: Bool) throws(Failure) {
        let stream = file.streams[index]
        format = file.format
        name = stream.name
        channels = stream.channels.enumerated().map { place, channel in
            ChannelReport(
                index: place, label: channel.label, unit: channel.unit, rateHz: channel.rate?.hertz,
                samples: channel.samples)
        }
        start = stream.start
        firstStampS = stream.firstStamp
        durationS = stream.duration
        segments = stream.segments.map {
            Segment(onsetS: $0.onset, durationS: $0.duration, firstSample: $0.firstSample, samples: $0.samples)
        }
        gaps = max(0, stream.segments.count - 1)
        annotations = Annotations(
            count: stream.events.count, first: stream.events.first.map(Event.init),
            last: stream.events.last.map(Event.init))
        warnings = file.warnings.map { Warning(kind: $0.kind, place: $0.place, text: $0.text) }
        guard hashes else {
            (sha256DigitalI32leChannelMajor, sha256F32leChannelMajor) = (nil, nil)
            return
        }
        let found: String
        do throws(RecordingError) { found = try file.fingerprint(ofStream: index) } catch {
            throw Failure(ExitCode.badFile, "\(error)")
        }
        sha256DigitalI32leChannelMajor = stream.holdsCounts ? found : nil
        sha256F32leChannelMajor = stream.holdsCounts ? nil : found
    }

    enum CodingKeys: String, CodingKey {
        case format, name, channels, start, segments, gaps, annotations, warnings
        case durationS = "duration_s"
        case firstStampS = "first_stamp_s"
        case sha256DigitalI32leChannelMajor = "sha256_digital_i32le_channel_major"
        case sha256F32leChannelMajor = "sha256_f32le_channel_major"
    }

    /// For a person.
    var text: String {
        var lines = [
            "\(format)\(name.isEmpty ? "" : "  \(name)")  \(start ?? "start unknown"), \(fixed(durationS, 3)) s"
        ]
        var rates: [String: Int] = [:]
        for channel in channels { rates[channel.rateHz.map { "\($0) Hz" } ?? "irregular", default: 0] += 1 }
        let shown = rates.sorted { $0.key < $1.key }.map { "\($0.value) at \($0.key)" }.joined(separator: ", ")
        if let firstStampS { lines.append("stamps    from \(fixed(firstStampS, 6)) s on, by the file's shared clock") }
        lines.append("channels  \(channels.count): \(shown)")
        for channel in channels.prefix(12) {
            lines.append("  \(channel.index)  '\(channel.label)'  \(channel.unit)  \(channel.samples) samples")
        }
        if channels.count > 12 { lines.append("  and \(channels.count - 12) more") }
        if gaps > 0 { lines.append("gaps      \(gaps)") }
        lines.append("events    \(annotations.count)")
        if let first = annotations.first { lines.append("  first   \(first.line)") }
        if let last = annotations.last, annotations.count > 1 {
            lines.append("  last    \(last.line)")
        }
        lines += warnings.map { "warning   \($0.kind): \($0.place): \($0.text)" }
        if let hash = sha256DigitalI32leChannelMajor ?? sha256F32leChannelMajor { lines.append("sha256    \(hash)") }
        return lines.joined(separator: "\n")
    }
}

/// `ansa session show` of a recording that is no session of Ansa's own.
func showRecording(_ path: String, _ arguments: ParsedArguments) throws(Failure) -> Int32 {
    let file: any RecordingFile
    let stamps = arguments.text("stamps").flatMap { XDFClock(rawValue: $0) } ?? .dejittered
    do throws(RecordingError) { file = try openRecordingFile(path, stamps: stamps) } catch {
        throw Failure(ExitCode.badFile, "\(error)")
    }
    var reports: [RecordingReport] = []
    for index in file.streams.indices {
        reports.append(
            try RecordingReport(file, stream: index, hashes: arguments.wantsJSON || arguments.flag("hashes")))
    }
    if let output = arguments.text("plot") { try plotRecording(file, to: output) }
    let isWritten =
        arguments.wantsJSON
        ? Terminal.report(reports) : Terminal.result(reports.map(\.text).joined(separator: "\n\n"))
    return isWritten ? ExitCode.done : ExitCode.inputOutput
}
