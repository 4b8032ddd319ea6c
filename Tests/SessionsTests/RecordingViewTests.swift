import Sessions
import Signal
import Testing

/// Channels whose values are given.
final class GivenRecording: RecordingReader {
    let montage: Montage
    let rate: (numerator: Int64, denominator: Int64)
    let frames: Int64
    let gaps: [RecordingGap]
    let warnings: [RecordingWarning] = []
    private let values: [[Float]]

    init(_ labels: [String], rate: Int64 = 1_000, gaps: [RecordingGap] = [], _ values: [[Float]]) {
        montage = Montage(labels.map { Channel(label: $0) })
        self.rate = (rate, 1)
        self.gaps = gaps
        self.values = values
        frames = Int64(values.first?.count ?? 0)
    }

    func read(first: Int64, count: Int, into: UnsafeMutableBufferPointer<Float>) throws(RecordingError) {
        for row in 0..<count {
            for (column, channel) in values.enumerated() {
                unsafe into[row * values.count + column] = channel[Int(first) + row]
            }
        }
    }
}

/// All of `reader`, in pieces of `count` instants, as one row a channel.
private func read(_ reader: any RecordingReader, by count: Int = 1_000) throws -> [[Float]] {
    let channels = reader.montage.channels.count
    var columns = [[Float]](repeating: [], count: channels)
    let room = UnsafeMutableBufferPointer<Float>.allocate(capacity: count * channels)
    defer { unsafe room.deallocate() }
    var first: Int64 = 0
    while first < reader.frames {
        let here = min(count, Int(reader.frames - first))
        try unsafe reader.read(first: first, count: here, into: room)
        for row in 0..<here {
            for column in 0..<channels { unsafe columns[column].append(room[row * channels + column]) }
        }
        first += Int64(here)
    }
    return columns
}

@Suite struct SelectedRecordingTests {
    static var source: GivenRecording {
        GivenRecording(["LFP_L1", "LFP_L2", "ECOG_3", "grip"], [[1, 2], [3, 4], [5, 6], [7, 8]])
    }

    @Test("Patterns take channels in the order of the file, names rename one")
    func selects() throws {
        let reader = try SelectedRecording(Self.source, ["stn=ECOG*", "LFP_L?", "gr*p"])
        #expect(reader.montage.channels.map(\.label) == ["stn", "LFP_L1", "LFP_L2", "grip"])
        #expect(try read(reader) == [[5, 6], [1, 2], [3, 4], [7, 8]])
    }

    @Test("What fits nothing is refused with what there is")
    func refusesNone() {
        #expect {
            try SelectedRecording(Self.source, ["EEG*"])
        } throws: { "\($0)".contains("'EEG*' fits no channel: there are: 'LFP_L1', 'LFP_L2', 'ECOG_3', 'grip'") }
    }

    @Test("A name for what fits several is refused with these")
    func refusesSeveral() {
        #expect {
            try SelectedRecording(Self.source, ["x=LFP*"])
        } throws: { "\($0)".hasSuffix("'x=LFP*' fits 2 channels, a name needs one: 'LFP_L1', 'LFP_L2'") }
    }
}

@Suite struct ResampledRecordingTests {
    static let values: [Float] = [0, 1, 4, 9, 16, 25, 16, 9, 4, 1, 0, -1]

    /// scipy 1.17.1: scipy.signal.resample_poly([0, 1, 4, 9, 16, 25, 16, 9, 4, 1, 0, -1], 2, 3).
    static let twoThirds: [Float] = [
        -0.23843285, 2.6026323, 8.39454751, 21.53561492, 17.5428819, 5.48786979, 1.55898492, -0.86857187,
    ]
    /// The same with up 3, down 2.
    static let threeHalves: [Float] = [
        1.07615352e-16, 6.65072627e-01, 1.50652897, 4.00242469, 7.59421395, 10.4443086, 16.0096988, 23.6164985,
        23.6550487, 16.0096988, 10.3955815, 7.65431839, 4.00242469, 1.40048223, 0.820556903, 6.94733772e-17,
        -0.956714366, -0.737433515,
    ]

    @Test("Values are those of scipy's resample_poly, however they are read", arguments: [1, 3, 100])
    func values(count: Int) throws {
        for (rate, expected) in [(Int64(2_000), Self.twoThirds), (4_500, Self.threeHalves)] {
            let reader = try ResampledRecording(GivenRecording(["a"], rate: 3_000, [Self.values]), to: (rate, 1))
            let found = try read(reader, by: count)[0]
            #expect(found.count == expected.count)
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 })
        }
    }

    /// By hand: 6 stored, 5 missing, 6 stored at 3 kHz stand at 0 to 5 and 11 to 16; at 2 kHz the new instants stand at
    /// 0, 1.5, 3, 4.5 and, from 11 on, at 12, 13.5, 15, 16.5: number 8 to 11, so 4 are missing.
    @Test("No value crosses a gap, and the gap stays where it is in time")
    func gap() throws {
        let source = GivenRecording(
            ["a"], rate: 3_000, gaps: [RecordingGap(before: 6, count: 5)], [[1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]])
        let reader = try ResampledRecording(source, to: (2_000, 1))
        #expect(reader.frames == 8)
        #expect(reader.gaps == [RecordingGap(before: 4, count: 4)])
        #expect(try read(reader)[0][4...].allSatisfy { $0 == 0 })
    }

    @Test("A ratio of more than 4,096 steps is refused")
    func refuses() {
        #expect(throws: RecordingError.self) {
            try ResampledRecording(GivenRecording(["a"], rate: 10_007, [[0]]), to: (10_009, 1))
        }
    }
}
