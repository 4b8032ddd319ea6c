import Foundation
import Sessions
import Testing

/// The values of one channel as an oracle sums them up.
struct RecordedValues {
    let values: [Double]

    /// Values that were read already.
    init(_ values: [Double]) { self.values = values }

    /// Reads the whole channel.
    init(_ file: any RecordingFile, stream: Int = 0, channel: Int) throws {
        let count = Int(file.streams[stream].channels[channel].samples)
        let room = UnsafeMutableBufferPointer<Double>.allocate(capacity: count)
        defer { unsafe room.deallocate() }
        try unsafe file.readValues(stream: stream, channel: channel, first: 0, into: room)
        values = unsafe Array(room)
    }

    /// Compares with `n`, `first5`, `last`, `min`, `max` and `mean` of an oracle's channel; `scale` is what one of our
    /// units is in the oracle's: 1e-6 where ours are µV and those of mne V.
    func expect(_ oracle: [String: Any], scale: Double = 1, relative: Double = 1e-6, _ place: String) throws {
        #expect(values.count == oracle["n"] as? Int, "\(place)")
        let most = values.lazy.map { abs($0) }.max() ?? 0
        func close(_ value: Double?, _ expected: Double?, _ name: String) {
            guard let value, let expected else { return #expect(Bool(false), "\(place): \(name) is absent") }
            let bound = relative * max(most * scale, 1e-12)
            #expect(abs(value * scale - expected) <= bound, "\(place): \(name)")
        }
        let first = try #require(oracle["first5"] as? [Double])
        for (index, expected) in first.enumerated() { close(values[index], expected, "sample \(index)") }
        close(values.last, oracle["last"] as? Double, "last")
        close(values.min(), oracle["min"] as? Double, "min")
        close(values.max(), oracle["max"] as? Double, "max")
        close(values.reduce(0, +) / Double(values.count), oracle["mean"] as? Double, "mean")
    }
}

/// Compares events with `count`, `first3` and `last` of an oracle's annotations; `durations`: whether its durations
/// count (pyedflib says −1 for none, edfio null).
func expectEvents(_ events: [RecordedEvent], _ oracle: [String: Any], durations: Bool, _ place: String) throws {
    let annotations = try #require(oracle["annotations"] as? [String: Any])
    #expect(events.count == annotations["count"] as? Int, "\(place)")
    var expected = try #require(annotations["first3"] as? [[String: Any]])
    var found = Array(events.prefix(3))
    if let last = annotations["last"] as? [String: Any], let own = events.last {
        expected.append(last)
        found.append(own)
    }
    for (event, row) in zip(found, expected) {
        #expect(abs(event.onset - (row["onset"] as? Double ?? .nan)) < 2e-6, "\(place): onset")
        #expect(event.text == row["text"] as? String, "\(place)")
        if durations { #expect(event.duration == row["duration"] as? Double, "\(place): duration") }
    }
}

/// All values of a channel; none where they cannot be read.
func values(of file: any RecordingFile, stream: Int = 0, channel: Int) -> [Double] {
    (try? RecordedValues(file, stream: stream, channel: channel).values) ?? []
}
