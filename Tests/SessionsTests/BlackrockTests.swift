import Foundation
import Sessions
import Signal
import Testing

/// A Blackrock file of others against neo 0.14.6, and small ones of every version of our own.
@Suite struct BlackrockTests {
    /// A header of version 2.2 and later for two channels: -8191 to 8191 are -8191 to 8191 µV halved, and mV.
    private static func header(
        _ magic: String, _ version: [UInt8], period: UInt32 = 30, clock: UInt32 = 30_000
    ) -> [UInt8] {
        var bytes = field(magic, 8) + version + little([UInt32(314 + 132)]) + field("1 kS/s", 16) + field("", 256)
        bytes += little([period, clock]) + little([UInt16(2024), 2, 4, 1, 12, 30, 15, 250]) + little([UInt32(2)])
        for (label, analog, unit) in [("chan1", Int16(4_000), "uV"), ("ainp1", 5_000, "mV")] {
            bytes += Array("CC".utf8) + little([UInt16(1)]) + field(label, 16) + [1, 1]
            bytes += little([Int16(-8_000), 8_000, -analog, analog]) + field(unit, 16)
            bytes += [UInt8](repeating: 0, count: 20)
        }
        return bytes
    }

    private static func block(_ stamp: UInt32, _ frames: [[Int16]], count: UInt32? = nil) -> [UInt8] {
        [1] + little([stamp, count ?? UInt32(frames.count)]) + little(frames.flatMap { $0 })
    }

    private static func longBlock(_ stamp: UInt64, _ frames: [[Int16]]) -> [UInt8] {
        [1] + little([stamp]) + little([UInt32(frames.count)]) + little(frames.flatMap { $0 })
    }

    private func open(
        _ files: [String: [UInt8]], _ opened: String, _ body: (any RecordingFile) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            for (name, bytes) in files { try write(bytes, to: folder + "/" + name) }
            try body(try openRecordingFile(folder + "/" + opened))
        }
    }

    @Test("Version 2.1: every count is neo's", .enabled(if: Data.isPresent))
    func oracle() throws {
        let path = "sessions/blackrock/NDR-matlab/example_2.ns2"
        let file = try openRecordingFile(Data.folder + "/" + path)
        let oracle = try Data.oracle(path + ".oracle.json", "neo")
        let described = try #require((oracle["streams"] as? [[String: Any]])?.first)
        let segment = try #require((described["segments"] as? [[String: Any]])?.first)
        let stream = file.streams[0]
        #expect(stream.channels.map(\.label) == described["labels"] as? [String])
        #expect(stream.channels.allSatisfy { $0.rate?.hertz == described["fs"] as? Double && $0.unit == "" })
        let columns = try stream.channels.indices.map { try RecordedValues(file, channel: $0).values }
        try RecordedValues(columns[0]).expect(
            try #require(segment["ch0"] as? [String: Any]), relative: 1e-12, "channel 0")
        let frames = columns[0].indices.flatMap { row in columns.map { Int16($0[row]) } }
        #expect(try sha256(little(frames)) == segment["sha256_raw_le_time_major"] as? String)
        #expect(file.warnings.map(\.kind) == ["truncated", "scale"])
    }

    /// By hand: 8,000 counts are 4,000 µV, so a count is 0.5 µV; 5,000 mV of 8,000 counts are 0.625 mV a count.
    @Test("Versions 2.2 and 2.3: ranges scale, a pause is a gap, a block that follows at once is none")
    func blocks() throws {
        let bytes =
            Self.header("NEURALCD", [2, 3]) + Self.block(300, [[10, 8], [20, -8]]) + Self.block(360, [[30, 16]])
            + Self.block(30_300, [[40, 0]])
        try open(["x.ns2": bytes], "x.ns2") { file in
            let stream = file.streams[0]
            #expect(file.format == "Blackrock NSx 2.3" && file.warnings.isEmpty)
            #expect(stream.channels.map(\.label) == ["chan1", "ainp1"] && stream.channels.map(\.unit) == ["uV", "mV"])
            #expect(values(of: file, channel: 0) == [5, 10, 15, 20])
            #expect(values(of: file, channel: 1) == [5, -5, 10, 0])
            #expect(stream.segments.map(\.onset) == [0, 1] && stream.segments.map(\.samples) == [3, 1])
            // 300 stamps of 30 kHz behind the header's date: 10 ms.
            #expect(stream.start == "2024-02-01T12:30:15.26Z" && stream.firstStamp == 0.01)
        }
    }

    /// By hand: a stamp is 1 ns, a sample 1 ms; one comes 3 µs late, one 2 ms, then the clock steps back.
    @Test("Version 3.0 with a network's clock: a sample a packet, jitter is no gap, a step back is named")
    func networkClock() throws {
        let first: UInt64 = 1_700_000_000_000_000_000
        let stamps: [UInt64] = [0, 1_003_000, 2_000_000, 5_000_000, 4_000_000]
        let bytes =
            Self.header("BRSMPGRP", [3, 0], clock: 1_000_000_000)
            + stamps.enumerated().flatMap { Self.longBlock(first + $1, [[Int16(2 * $0), 0]]) }
        try open(["x.ns2": bytes], "x.ns2") { file in
            let stream = file.streams[0]
            #expect(values(of: file, channel: 0) == [0, 1, 2, 3, 4])
            #expect(stream.segments.map(\.samples) == [3, 1, 1])
            #expect(stream.segments.map(\.onset) == [0, 0.005, 0.004])
            #expect(file.warnings.map(\.kind) == ["clock"])
            // 1,700,000,000 s since 1970, as GNU date says.
            #expect(stream.start == "2023-11-14T22:13:20Z")
        }
    }

    @Test("Version 3.0 with blocks of several frames")
    func longBlocks() throws {
        let bytes =
            Self.header("BRSMPGRP", [3, 0]) + Self.longBlock(0, [[2, 0], [4, 0]]) + Self.longBlock(600, [[6, 0]])
        try open(["x.ns5": bytes], "x.ns5") { file in
            #expect(values(of: file, channel: 0) == [1, 2, 3])
            #expect(file.streams[0].segments.map(\.onset) == [0, 0.02])
        }
    }

    private static func events(_ major: UInt8 = 2) -> [UInt8] {
        func stamp(_ value: UInt32) -> [UInt8] { major >= 3 ? little([UInt64(value)]) : little([value]) }
        func packet(_ at: UInt32, _ id: UInt16, _ rest: [UInt8]) -> [UInt8] {
            let begun = stamp(at) + little([id]) + rest
            return begun + [UInt8](repeating: 0, count: 32 - begun.count)
        }
        var bytes = field(major >= 3 ? "BREVENTS" : "NEURALEV", 8) + [major, major >= 3 ? 0 : 3, 0, 0]
        bytes += little([UInt32(336 + 64), 32, 30_000, 30_000]) + little([UInt16(2024), 2, 4, 1, 12, 30, 15, 250])
        bytes += field("", 288) + little([UInt32(2)])
        bytes += field("NEUEVLBL", 8) + little([UInt16(1)]) + field("elec1", 22)
        bytes += field("NEUEVWAV", 8) + little([UInt16(137)]) + [1, 1] + little([UInt16(250)]) + field("", 18)
        bytes += packet(900, 0, [1, 0] + little([UInt16(513)]))
        bytes += packet(600, 1, [2, 0])
        bytes += packet(1_200, 65_535, [0, 0, 0, 0, 0, 0] + Array("tremor".utf8))
        return bytes + packet(1_500, 65_535, [1, 0, 0, 0, 0, 0] + little(Array("µA".utf16)))
            + packet(1_800, 0, [0x81, 0] + little([UInt16(65)]))
    }

    /// By hand: stamps of 30 kHz, the first sample at 300.
    @Test("Events: digital and serial input, spikes with the electrode's label, comments; in the order of the file")
    func eventsBeside() throws {
        let texts = ["digital 513", "spike elec1 unit 2", "tremor", "µA", "serial 65"]
        let samples = Self.header("NEURALCD", [2, 3]) + Self.block(300, [[10, 8], [20, -8]])
        try open(["x.ns2": samples, "x.nev": Self.events(), "y.nev": [1]], "x.ns2") { file in
            #expect(file.streams[0].events.map(\.text) == texts)
            #expect(file.streams[0].events.map(\.onset) == [0.02, 0.01, 0.03, 0.04, 0.05])
        }
        for (major, name) in [(UInt8(2), "NEURALEV"), (3, "BREVENTS")] {
            try open(["x.nev": Self.events(major)], "x.nev") { file in
                #expect(file.streams[0].events.map(\.text) == texts, "\(name)")
                #expect(file.streams[0].events.map(\.onset) == [0.03, 0.02, 0.04, 0.05, 0.06])
            }
        }
    }

    /// By hand: a factor of 250 nV a count.
    @Test("Version 2.1 takes its scale from the event file; a folder of two rates is one recording")
    func old() throws {
        let old = field("NEURALSG", 8) + field("1 kS/s", 16) + little([UInt32(30), 1, 137]) + little([Int16(4), 8, 0])
        let files = ["x.ns2": old, "x.nev": Self.events(), "x.ns5": Self.header("NEURALCD", [2, 3])]
        try open(files, "") { file in
            #expect(file.streams.map(\.name) == ["ns2", "ns5"])
            #expect(values(of: file, channel: 0) == [1, 2])
            #expect(file.streams[0].channels[0].unit == "uV" && file.streams[0].channels[0].label == "ainp9")
        }
        #expect {
            try open(["x.ns2": old, "y.ns2": old], "") { _ in }
        } throws: { "\($0)".contains("x.ns2, y.ns2") }
    }

    @Test("Blocks that were cut, never closed or begin wrongly give what is whole, and a warning")
    func odd() throws {
        let header = Self.header("NEURALCD", [2, 3])
        let cases: [([UInt8], Int64, [String])] = [
            (Self.block(0, [[1, 2], [3, 4]], count: 9), 2, ["truncated"]),
            (Self.block(0, [[1, 2], [3, 4]], count: 0), 2, ["truncated"]),
            (Array(Self.block(0, [[1, 2], [3, 4]]).dropLast()), 1, ["truncated", "truncated"]),
            (Self.block(0, [[1, 2]]) + [7, 7], 1, ["truncated"]),
            (Self.block(0, [[1, 2]]) + [UInt8](repeating: 7, count: 40), 1, ["damaged"]),
            ([], 0, []),
        ]
        for (blocks, samples, kinds) in cases {
            try open(["x.ns2": header + blocks], "x.ns2") { file in
                #expect(file.streams[0].channels[0].samples == samples)
                #expect(file.warnings.map(\.kind) == kinds)
            }
        }
        var flat = header + Self.block(0, [[3, 4]])
        flat.replaceSubrange(336..<340, with: [5, 0, 5, 0])
        try open(["x.ns2": flat], "x.ns2") { file in
            #expect(file.warnings.map(\.kind) == ["scale"] && file.streams[0].channels[0].scale == nil)
            #expect(values(of: file, channel: 0) == [3])
        }
    }

    @Test("Headers that cannot be are refused with their place")
    func refusals() throws {
        let header = Self.header("NEURALCD", [2, 3])
        func changed(_ place: Int, _ value: UInt32) -> [UInt8] {
            var bytes = header
            bytes.replaceSubrange(place..<(place + 4), with: little([value]))
            return bytes
        }
        let cases: [([UInt8], String)] = [
            (Array(header.prefix(200)), "byte 0: 314 bytes expected"), (changed(286, 0), "byte 286: a period of 0"),
            (changed(290, 0), "byte 290"), (changed(310, 0), "byte 310: 0 channels"),
            (changed(310, .max), "channels, expected 1 to 2"), (changed(10, 5), "a header of 5 bytes"),
            (Self.header("NEURALCD", [9, 9]), "version 9.9"),
        ]
        for (bytes, text) in cases {
            #expect { try open(["x.ns2": bytes], "x.ns2") { _ in } } throws: { "\($0)".contains(text) }
        }
    }

    @Test("A cut or changed file never crashes")
    func damaged() throws {
        try withTemporaryFolder { folder in
            let frames = (0..<200).map { [Int16($0), 0] }
            let blocks = Self.block(0, frames) + Self.block(9_000, frames) + Self.block(60_000, frames)
            try write(Self.header("NEURALCD", [2, 3]) + blocks, to: folder + "/x.ns2")
            try write(Self.events(), to: folder + "/x.nev")
            try expectSurvives("x.ns2", in: folder)
            try expectSurvives("x.nev", in: folder, opening: "x.ns2")
            let packets = frames.enumerated().flatMap { Self.longBlock(UInt64($0) * 1_000_000, [$1]) }
            try write(
                Self.header("BRSMPGRP", [3, 0], clock: 1_000_000_000) + packets, to: folder + "/p.ns2")
            try expectSurvives("p.ns2", in: folder)
        }
    }
}
