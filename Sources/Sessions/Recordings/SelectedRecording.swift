public import Signal

/// Some channels of a recording, under the names that a profile uses.
///
///     try SelectedRecording(reader, ["LFP_L1=ECOG*3", "GRIP"])
public final class SelectedRecording: RecordingReader {
    public let montage: Montage
    public let rate: (numerator: Int64, denominator: Int64)
    public let frames: Int64
    public let gaps: [RecordingGap]
    public let warnings: [RecordingWarning]
    private let reader: any RecordingReader
    private let columns: [Int]
    private var rows: [Float] = []

    /// Each selection is a pattern, in which `*` stands for any text and `?` for one character, and takes all channels
    /// that it fits, in the order of the file; or `NAME=PATTERN`, which must fit one channel and gives it a name.
    ///
    /// - Throws: a selection that fits no channel, or several where one is named; the channels that exist are listed.
    public init(_ reader: any RecordingReader, _ selections: [String]) throws(RecordingError) {
        let channels = reader.montage.channels
        var chosen: [(column: Int, channel: Channel)] = []
        for selection in selections {
            let parts = selection.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let pattern = LabelPattern(parts.last ?? "")
            let found = channels.indices.filter { pattern.fits(channels[$0].label) }
            let named = found.isEmpty ? channels.map(\.label) : found.map { channels[$0].label }
            let shown = named.prefix(64).map { "'\($0)'" }.joined(separator: ", ")
            let rest = named.count > 64 ? " and \(named.count - 64) more" : ""
            guard !found.isEmpty, parts.count == 1 || found.count == 1 else {
                let text = found.isEmpty ? "fits no channel" : "fits \(found.count) channels, a name needs one"
                let list = found.isEmpty ? "there are: \(shown)\(rest)" : "\(shown)\(rest)"
                throw RecordingError(file: "channels", text: "'\(selection)' \(text): \(list)")
            }
            for column in found {
                var channel = channels[column]
                if parts.count == 2 { channel.label = String(parts[0]) }
                chosen.append((column, channel))
            }
        }
        self.reader = reader
        columns = chosen.map(\.column)
        montage = Montage(chosen.map(\.channel))
        rate = reader.rate
        frames = reader.frames
        gaps = reader.gaps
        warnings = reader.warnings
    }

    public func read(first: Int64, count: Int, into: UnsafeMutableBufferPointer<Float>) throws(RecordingError) {
        let width = reader.montage.channels.count
        guard count >= 0, into.count >= count * columns.count else {
            throw RecordingError(file: "channels", text: "\(count) samples asked, there is room for fewer")
        }
        if rows.count < count * width { rows = [Float](repeating: 0, count: count * width) }
        var failure: RecordingError?
        unsafe rows.withUnsafeMutableBufferPointer { all in
            do throws(RecordingError) { unsafe try reader.read(first: first, count: count, into: all) } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        for row in 0..<count {
            for (place, column) in columns.enumerated() {
                unsafe into[row * columns.count + place] = rows[row * width + column]
            }
        }
    }
}
