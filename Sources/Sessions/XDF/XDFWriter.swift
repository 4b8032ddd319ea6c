import Foundation
import Signal

/// Writes a recording as XDF 1.0: one stream for each of its streams, and one of markers for its events.
///
/// Source: sccn/xdf, "Specifications". Every sample of a regular stream is stamped at the start of a chunk and follows
/// by the nominal rate; a chunk ends at a segment's end, so that a gap is a jump of the stamps. Clocks are the
/// recording's own: offsets of 0 are written every 5 s, because there is nothing to correct.
struct XDFWriter {
    private let output: OutputFile
    private var sinceBoundary: Int64 = 0
    private static let boundary: [UInt8] = [
        0x43, 0xA5, 0x46, 0xDC, 0xCB, 0xF5, 0x41, 0x0F, 0xB3, 0x0E, 0xD5, 0x46, 0x73, 0x83, 0xCB, 0xE4,
    ]

    /// Writes all of `file` to `path`.
    ///
    /// - Throws: a stream whose channels differ in rate, what cannot be read, and when the disk takes no more.
    static func write(_ file: any RecordingFile, to path: String) throws(RecordingError) -> [String] {
        var writer = try XDFWriter(path)
        let (groups, notes) = groups(file)
        let origin = file.streams.lazy.compactMap { $0.start.flatMap { RecordedInstant($0) } }.first
        try writer.header(origin)
        for (id, group) in groups.enumerated() { try writer.describe(group, file, id: UInt32(id + 1)) }
        for (id, group) in groups.enumerated() {
            if group.isMarkers {
                try writer.markers(file.streams[group.stream].events, shift: group.shift, id: UInt32(id + 1))
            } else {
                try writer.samples(group, file, id: UInt32(id + 1))
            }
        }
        for (id, group) in groups.enumerated() { try writer.footer(group, file, id: UInt32(id + 1)) }
        try writer.output.finish()
        return notes
    }

    /// What becomes one stream of the file.
    private struct Group {
        let stream: Int
        let channels: [Int]
        let isMarkers: Bool
        /// Seconds by which the stream begins behind the file's origin.
        let shift: Double
        var name: String
    }

    private static func groups(_ file: any RecordingFile) -> ([Group], [String]) {
        var groups: [Group] = []
        var notes: [String] = []
        let origin = file.streams.lazy.compactMap { $0.start.flatMap { RecordedInstant($0) } }.first
        for (index, stream) in file.streams.enumerated() {
            let start = stream.start.flatMap { RecordedInstant($0) }
            // Stamps by a shared clock stay as they are; else starts say how the streams lie to each other.
            let shift =
                stream.firstStamp
                ?? start.flatMap { own in origin.map { own.secondsSince1970 - $0.secondsSince1970 } } ?? 0
            let name = stream.name.isEmpty ? "signal" : stream.name
            var rates: [RecordedRate?] = []
            for channel in stream.channels where !rates.contains(channel.rate) { rates.append(channel.rate) }
            for rate in rates {
                let channels = stream.channels.indices.filter { stream.channels[$0].rate == rate }
                guard rate != nil else {
                    let labels = channels.map { "'\(stream.channels[$0].label)'" }.joined(separator: ", ")
                    notes.append("\(labels): samples at irregular times without stamps are left out")
                    continue
                }
                let tail = rates.count > 1 ? " \(rate?.hertz ?? 0) Hz" : ""
                groups.append(
                    Group(stream: index, channels: channels, isMarkers: false, shift: shift, name: name + tail))
            }
            if !stream.events.isEmpty {
                groups.append(
                    Group(stream: index, channels: [], isMarkers: true, shift: shift, name: name + " events"))
            }
        }
        return (groups, notes)
    }

    private init(_ path: String) throws(RecordingError) {
        output = try OutputFile(path)
        try output.put("XDF:")
    }

    /// A chunk: width of the length, length (of tag and content), tag, content.
    private mutating func chunk(_ tag: UInt16, _ content: [UInt8]) throws(RecordingError) {
        try output.put([UInt8(8)])
        try output.put(UInt64(content.count + 2))
        try output.put(tag)
        try output.put(content)
        sinceBoundary += Int64(content.count)
        if sinceBoundary > 1 << 22, tag == 3 {
            sinceBoundary = 0
            try chunk(5, XDFWriter.boundary)
        }
    }

    private mutating func header(_ origin: RecordedInstant?) throws(RecordingError) {
        let date = origin.map { "<datetime>\($0.text)</datetime>" } ?? ""
        try chunk(1, Array("<?xml version=\"1.0\"?><info><version>1.0</version>\(date)</info>".utf8))
    }

    private mutating func describe(_ group: Group, _ file: any RecordingFile, id: UInt32) throws(RecordingError) {
        let stream = file.streams[group.stream]
        let rate = group.channels.first.flatMap { stream.channels[$0].rate?.hertz } ?? 0
        let channels = group.channels.map { number in
            let channel = stream.channels[number]
            return "<channel><label>\(XDFWriter.escaped(channel.label))</label>"
                + "<unit>\(XDFWriter.escaped(channel.unit))</unit></channel>"
        }
        let kind = group.isMarkers ? "Markers" : "EEG"
        let format = group.isMarkers ? "string" : "double64"
        let text =
            "<?xml version=\"1.0\"?><info><name>\(XDFWriter.escaped(group.name))</name><type>\(kind)</type>"
            + "<channel_count>\(max(1, group.channels.count))</channel_count><nominal_srate>\(rate)</nominal_srate>"
            + "<channel_format>\(format)</channel_format><source_id>ansa-\(id)</source_id><desc><channels>"
            + channels.joined() + "</channels></desc></info>"
        try chunk(2, XDFWriter.word(id) + Array(text.utf8))
    }

    private mutating func samples(_ group: Group, _ file: any RecordingFile, id: UInt32) throws(RecordingError) {
        let stream = file.streams[group.stream]
        guard let rate = stream.channels[group.channels[0]].rate?.hertz else { return }
        let fastest = max(1, stream.channels.map(\.samples).max() ?? 1)
        let pieces = group.channels.map { SamplePiece(file, group.stream, $0) }
        // Chunks of half a second at most.
        let length = Int64(max(1, (rate / 2).rounded(.down)))
        var offsets = -Double.infinity
        for segment in stream.segments {
            let share = Double(stream.channels[group.channels[0]].samples) / Double(fastest)
            let first = Int64((Double(segment.firstSample) * share).rounded())
            let end = first + Int64((Double(segment.samples) * share).rounded())
            var at = first
            while at < end {
                let stamp = group.shift + segment.onset + Double(at - first) / rate
                try offset(at: stamp, &offsets, id: id)
                let count = min(length, end - at)
                var content = XDFWriter.word(id) + [8] + XDFWriter.word(UInt64(count))
                for sample in at..<(at + count) {
                    if sample == at {
                        content += [8] + XDFWriter.word(stamp.bitPattern)
                    } else {
                        content.append(0)
                    }
                    for piece in pieces { content += XDFWriter.word(try piece.value(sample, before: end).bitPattern) }
                }
                try chunk(3, content)
                at += count
            }
        }
    }

    private mutating func markers(_ events: [RecordedEvent], shift: Double, id: UInt32) throws(RecordingError) {
        var start = 0
        var offsets = -Double.infinity
        while start < events.count {
            let end = min(start + 256, events.count)
            try offset(at: shift + events[start].onset, &offsets, id: id)
            var content = XDFWriter.word(id) + [8] + XDFWriter.word(UInt64(end - start))
            for event in events[start..<end] {
                let length = event.duration.map { " (\($0) s)" } ?? ""
                let text = Array((event.text + length).utf8)
                content += [8] + XDFWriter.word((shift + event.onset).bitPattern)
                content += [4] + XDFWriter.word(UInt32(text.count)) + text
            }
            try chunk(3, content)
            start = end
        }
    }

    /// A clock offset of 0 at `stamp`, unless the last one is younger than 5 s.
    private mutating func offset(at stamp: Double, _ next: inout Double, id: UInt32) throws(RecordingError) {
        guard stamp >= next else { return }
        try chunk(4, XDFWriter.word(id) + XDFWriter.word(stamp.bitPattern) + XDFWriter.word(UInt64(0)))
        next = stamp + 5
    }

    private mutating func footer(_ group: Group, _ file: any RecordingFile, id: UInt32) throws(RecordingError) {
        let stream = file.streams[group.stream]
        let count = group.isMarkers ? Int64(stream.events.count) : stream.channels[group.channels[0]].samples
        let first = group.shift + (group.isMarkers ? stream.events.first?.onset ?? 0 : 0)
        let rate = group.channels.first.flatMap { stream.channels[$0].rate?.hertz }
        let last =
            group.isMarkers
            ? group.shift + (stream.events.last?.onset ?? 0)
            : group.shift + stream.duration - (rate.map { 1 / $0 } ?? 0)
        let text =
            "<?xml version=\"1.0\"?><info><first_timestamp>\(first)</first_timestamp><last_timestamp>\(last)"
            + "</last_timestamp><sample_count>\(count)</sample_count></info>"
        try chunk(6, XDFWriter.word(id) + Array(text.utf8))
    }

    private static func word<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        (0..<(Number.bitWidth / 8)).map { UInt8(truncatingIfNeeded: number >> (8 * Number($0))) }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
