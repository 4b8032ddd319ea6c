import Foundation
import Sessions
import Signal
import Testing

/// Neuralynx files of others against neo 0.14.6 with a tolerance of 0, and small ones of our own.
@Suite struct NeuralynxTests {
    private static func header(_ lines: [String]) -> [UInt8] {
        field("######## Neuralynx Data File Header\r\n" + lines.map { "-\($0)\r\n" }.joined(), 16_384)
    }

    private static let plain = header([
        "FileType NCS", "RecordSize 1044", "SamplingFrequency 1000", "ADBitVolts 0.000001", "AcqEntName LFP1",
        "TimeCreated 2023/11/02 13:39:27",
    ])

    /// A record of `valid` samples that count up from `first`.
    private static func record(_ stamp: UInt64, _ valid: UInt32 = 512, first: Int16 = 0) -> [UInt8] {
        little([stamp]) + little([UInt32(8), 1_000, valid]) + little((0..<512).map { first &+ Int16($0) })
    }

    private static func event(_ stamp: UInt64, _ text: String, inputs: UInt16 = 0) -> [UInt8] {
        [UInt8](repeating: 0, count: 6) + little([stamp]) + little([Int16(11)]) + little([inputs])
            + [UInt8](repeating: 0, count: 38) + field(text, 128)
    }

    private func open(
        _ files: [String: [UInt8]], _ opened: String, _ body: (any RecordingFile) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            for (name, bytes) in files { try write(bytes, to: folder + "/" + name) }
            try body(try openRecordingFile(folder + "/" + opened))
        }
    }

    @Test(
        "Segments, counts and values are neo's", .enabled(if: Data.isPresent), arguments: ["LAHC1", "LAHC2"])
    func oracle(name: String) throws {
        let path = "sessions/neuralynx/mne-testing-data/\(name).ncs"
        let file = try openRecordingFile(Data.folder + "/" + path)
        let oracle = try Data.oracle(path + ".oracle.json", "neo")
        let described = try #require((oracle["streams"] as? [[String: Any]])?.first)
        let stream = try #require(file.streams.first)
        #expect(file.format == "Neuralynx" && file.streams.count == 1)
        #expect(stream.channels.map(\.label) == described["labels"] as? [String])
        #expect(stream.channels.map(\.unit) == described["units"] as? [String])
        #expect(stream.channels[0].rate?.hertz == described["fs"] as? Double)
        let gain = try #require((described["gain"] as? [Double])?.first)
        let scale = try #require(stream.channels[0].scale)
        #expect(abs(scale.gain - gain) < 1e-12 && gain < 0)
        let values = try RecordedValues(file, channel: 0).values
        let segments = try #require(described["segments"] as? [[String: Any]])
        #expect(stream.segments.count == segments.count)
        for (own, expected) in zip(stream.segments, segments) {
            #expect(Int(own.samples) == expected["n"] as? Int)
            let onset = try #require(expected["t_start"] as? Double)
            #expect(abs(own.onset - onset) < 1e-6)
            let part = Array(values[Int(own.firstSample)..<Int(own.firstSample + own.samples)])
            let channel = try #require(expected["ch0"] as? [String: Any])
            try RecordedValues(part).expect(channel, relative: 1e-12, name)
            let raw = part.map { Int16(($0 / gain).rounded()) }
            #expect(Array(raw.prefix(5)).map(Int.init) == expected["raw_first5_ch0"] as? [Int])
            #expect(try sha256(little(raw)) == expected["sha256_raw_le_time_major"] as? String)
        }
        let counted = try Data.oracle(path + ".oracle.json", "raw_struct")
        let stamp = try #require(counted["first_ts_us"] as? Double)
        #expect(abs((stream.firstStamp ?? 0) - stamp / 1e6) < 1e-6)
        #expect(stream.start == "2023-11-02T13:39:27")
    }

    @Test("A folder of channel files is one recording; channels with other stamps are another stream")
    func folder() throws {
        let one = Self.plain + Self.record(5_000_000)
        let other = Self.plain + Self.record(5_500_000, 100)
        try open(["a.ncs": one, "b.ncs": one, "c.ncs": other, "Events.nev": Self.events], "") { file in
            #expect(file.streams.map { $0.channels.count } == [2, 1])
            #expect(file.streams.map { $0.channels[0].samples } == [512, 100])
            #expect(file.streams.map { $0.events.map(\.onset) } == [[1, 0.25], [0.5, -0.25]])
            #expect(file.paths.count == 4)
        }
    }

    private static let events =
        header(["FileType Event", "RecordSize 184"]) + event(6_000_000, "stop") + event(5_250_000, "", inputs: 3)

    @Test("Events come from the file beside, in its order, in seconds since the first sample; alone since the first")
    func eventsBeside() throws {
        let files = ["LFP.ncs": Self.plain + Self.record(5_000_000), "Events.nev": Self.events]
        try open(files, "LFP.ncs") { file in
            #expect(file.streams[0].events.map(\.text) == ["stop", "event 11, inputs 3"])
            #expect(file.streams[0].events.map(\.onset) == [1, 0.25])
        }
        try open(files, "Events.nev") { file in
            #expect(file.streams[0].channels.isEmpty)
            #expect(file.streams[0].events.map(\.onset) == [0.75, 0])
        }
    }

    /// By hand: 512 samples last 512 ms; the second record comes 488 ms late, the third has 100 samples and the fourth
    /// steps back by 1 s.
    @Test("A late record, a short one and a clock that steps back make the segments they should")
    func gaps() throws {
        let bytes =
            Self.plain + Self.record(10_000_000) + Self.record(11_000_000, 100) + Self.record(11_100_000, first: 7)
            + Self.record(10_612_000)
        try open(["x.ncs": bytes], "x.ncs") { file in
            let stream = file.streams[0]
            #expect(stream.segments.map(\.onset) == [0, 1, 0.612])
            #expect(stream.segments.map(\.samples) == [512, 612, 512])
            #expect(file.warnings.map(\.kind) == ["clock"])
            let values = try RecordedValues(file, channel: 0).values
            #expect(values[611] == 99 && values[612] == 7 && values.count == 1_636)
            let reader = try file.reader(stream: 0, channels: nil)
            #expect(reader.gaps == [RecordingGap(before: 512, count: 488)])
        }
    }

    @Test("A cut record, an impossible one and a missing scale are warnings; other files are refused")
    func odd() throws {
        let cut = Self.plain + Self.record(1) + Self.record(2, 513) + Self.record(512_001).dropLast(4)
        try open(["x.ncs": Array(cut)], "x.ncs") { file in
            #expect(file.warnings.map(\.kind) == ["truncated", "damaged"])
            #expect(file.streams[0].channels[0].samples == 512)
        }
        let unscaled = Self.header(["FileType NCS", "SamplingFrequency 1000"]) + Self.record(1)
        try open(["x.ncs": unscaled], "x.ncs") { file in
            #expect(file.warnings.map(\.kind) == ["scale"] && file.streams[0].channels[0].unit == "")
        }
        let refused: [([UInt8], String)] = [
            (Array(Self.plain.prefix(9_000)), "ends in its header"),
            (Self.header(["FileType NSE", "RecordSize 112"]), "'NSE'"),
            (Self.header(["FileType NCS"]), "expected a rate"),
        ]
        for (bytes, text) in refused {
            #expect { try open(["x.ncs": bytes], "x.ncs") { _ in } } throws: { "\($0)".contains(text) }
        }
    }

    @Test("A cut or changed file never crashes")
    func damaged() throws {
        try withTemporaryFolder { folder in
            let records = (0..<6).flatMap { Self.record(UInt64($0) * 512_000) }
            try write(Self.plain + records, to: folder + "/x.ncs")
            try write(Self.events, to: folder + "/Events.nev")
            try expectSurvives("x.ncs", in: folder)
            try expectSurvives("Events.nev", in: folder, opening: "x.ncs")
        }
    }
}
