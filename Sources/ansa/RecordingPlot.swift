import Foundation
import Sessions
import Signal

/// Draws the first stream that has samples: each channel as the band between its least and greatest value in every
/// column, over the whole recording; gaps are left white.
func plotRecording(_ file: any RecordingFile, to path: String) throws(Failure) {
    guard let index = file.streams.firstIndex(where: { $0.channels.contains { $0.samples > 0 && $0.rate != nil } })
    else {
        throw Failure(ExitCode.badFile, "\(file.paths.first ?? ""): no channel with a regular rate to draw")
    }
    let stream = file.streams[index]
    let shown = stream.channels.indices.filter { stream.channels[$0].rate != nil }.prefix(64)
    let (width, left, row) = (1_200, 140, 36)
    let height = shown.count * row + 60
    var parts = [
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" font-family=\"sans-serif\" "
            + "font-size=\"11\"><rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
    ]
    let columns = width - left - 20
    for (place, channel) in shown.enumerated() {
        let middle = 20 + place * row + row / 2
        parts.append(
            "<text x=\"\(left - 6)\" y=\"\(middle + 4)\" text-anchor=\"end\">"
                + "\(escaped(stream.channels[channel].label)) [\(escaped(stream.channels[channel].unit))]</text>")
        let band: [(Double, Double)?]
        do throws(RecordingError) { band = try extremes(file, index, channel, columns: columns) } catch {
            throw Failure(ExitCode.badFile, "\(error)")
        }
        let known = band.compactMap(\.self)
        guard let low = known.map(\.0).min(), let high = known.map(\.1).max() else { continue }
        let scale = Double(row - 6) / max(high - low, 1e-12)
        var line = ""
        for (column, values) in band.enumerated() {
            guard let values else { continue }
            let top = Double(middle) - (values.1 - (low + high) / 2) * scale
            let bottom = Double(middle) - (values.0 - (low + high) / 2) * scale
            line += "M\(left + column) \(fixed(top, 1))V\(fixed(max(bottom, top + 0.5), 1))"
        }
        parts.append("<path d=\"\(line)\" stroke=\"#1f4e79\" stroke-width=\"1\" fill=\"none\"/>")
    }
    let y = height - 30
    for tick in 0...5 {
        let x = left + columns * tick / 5
        let seconds = stream.duration * Double(tick) / 5
        parts.append("<text x=\"\(x)\" y=\"\(y + 14)\" text-anchor=\"middle\">\(fixed(seconds, 2)) s</text>")
        parts.append("<path d=\"M\(x) \(y - 8)V\(y)\" stroke=\"black\"/>")
    }
    if shown.count < stream.channels.count {
        parts.append("<text x=\"4\" y=\"\(height - 4)\">\(shown.count) of \(stream.channels.count) channels</text>")
    }
    parts.append("</svg>\n")
    do { try Data(parts.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
        throw Failure(ExitCode.inputOutput, "\(path): \(error.localizedDescription)")
    }
}

/// Least and greatest value of a channel in each column of time; nil where there is none.
private func extremes(
    _ file: any RecordingFile, _ stream: Int, _ channel: Int, columns: Int
) throws(RecordingError) -> [(Double, Double)?] {
    let described = file.streams[stream]
    var result = [(Double, Double)?](repeating: nil, count: columns)
    guard let rate = described.channels[channel].rate, described.duration > 0 else { return result }
    let most = max(1, described.channels.map(\.samples).max() ?? 1)
    let share = Double(described.channels[channel].samples) / Double(most)
    let room = UnsafeMutableBufferPointer<Double>.allocate(capacity: 1 << 15)
    defer { unsafe room.deallocate() }
    unsafe room.initialize(repeating: 0)
    for segment in described.segments {
        let start = Int64((Double(segment.firstSample) * share).rounded())
        let count = Int64((Double(segment.samples) * share).rounded())
        var done: Int64 = 0
        while done < count {
            let here = Int(min(1 << 15, count - done))
            let part = unsafe UnsafeMutableBufferPointer(rebasing: room[..<here])
            try unsafe file.readValues(stream: stream, channel: channel, first: start + done, into: part)
            for index in 0..<here {
                let seconds = segment.onset + Double(done + Int64(index)) / rate.hertz
                let column = min(columns - 1, Int(seconds / described.duration * Double(columns)))
                let value = unsafe room[index]
                guard value.isFinite else { continue }
                let old = result[column] ?? (value, value)
                result[column] = (min(old.0, value), max(old.1, value))
            }
            done += Int64(here)
        }
    }
    return result
}

private func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
}
