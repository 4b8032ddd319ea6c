import Foundation
import Sessions
import Signal
import Testing

/// XDF files of others against pyxdf 1.17.5, and small ones of our own.
@Suite struct XDFTests {
    private struct Named: Sendable {
        let clock: XDFClock
        let oracle: String
        /// Seconds that a stamp may differ by; 0: bit-equal.
        let tolerance: Double
    }

    /// pyxdf stops its robust fit after 1,000 steps: the same line to some ns.
    private static let clocks = [
        Named(clock: .raw, oracle: "raw", tolerance: 0),
        Named(clock: .synchronised, oracle: "synced", tolerance: 1e-6),
        Named(clock: .dejittered, oracle: "default", tolerance: 1e-6),
    ]

    @Test(
        "Values, texts, segments and all three kinds of stamps are pyxdf's", .enabled(if: Data.isPresent),
        arguments: ["clock_resets", "minimal"])
    func oracles(name: String) throws {
        let path = "sessions/xdf/example-files/\(name).xdf"
        for named in Self.clocks {
            let file = try XDFFile(Data.folder + "/" + path, clock: named.clock)
            let oracle = try Data.oracle(path + ".oracle.json", named.oracle)
            let expected = try #require(oracle["streams"] as? [[String: Any]])
            #expect(file.streams.count == expected.count)
            for (index, stream) in expected.enumerated() {
                let place = "\(name), \(named.oracle), \(index)"
                #expect(file.streams[index].name == stream["name"] as? String)
                try expectStamps(file, index, stream, named, place)
                if let channels = stream["channels"] as? [[String: Any]] {
                    for (number, channel) in channels.enumerated() {
                        try RecordedValues(file, stream: index, channel: number).expect(channel, relative: 1e-12, place)
                    }
                    if named.clock == .dejittered {
                        let own = file.streams[index].segments.map {
                            [$0.firstSample, $0.firstSample + $0.samples - 1]
                        }
                        #expect(own == (stream["segments"] as? [[Int]])?.map { $0.map { Int64($0) } }, "\(place)")
                    }
                } else {
                    let texts = file.streams[index].events.map(\.text)
                    #expect(texts.count == stream["n_samples"] as? Int)
                    let first = (stream["strings_first3"] as? [[String]])?.map { $0.joined(separator: "; ") } ?? []
                    // The oracle cuts texts at 200 characters.
                    #expect(texts.prefix(3).map { String($0.prefix(200)) } == first, "\(place)")
                    #expect(texts.last == (stream["strings_last"] as? [String])?.joined(separator: "; "))
                }
            }
        }
    }

    private func expectStamps(
        _ file: XDFFile, _ index: Int, _ stream: [String: Any], _ named: Named, _ place: String
    ) throws {
        let stamps = try file.stamps(stream: index)
        let times = try #require(stream["time_stamps"] as? [String: Any])
        #expect(stamps.count == times["n"] as? Int)
        if named.tolerance == 0 {
            let bytes = stamps.flatMap { stamp in
                (0..<8).map { UInt8(truncatingIfNeeded: stamp.bitPattern >> (8 * $0)) }
            }
            #expect(try sha256(bytes) == stream["sha256_timestamps_f64le"] as? String, "\(place)")
        }
        // Foundation reads a decimal to some units in the last place.
        let bound = max(named.tolerance, 1e-9)
        for (stamp, expected) in zip(stamps, try #require(times["first5"] as? [Double])) {
            #expect(abs(stamp - expected) <= bound, "\(place): \(stamp) \(expected)")
        }
        for (name, own) in [("last", stamps.last), ("min", stamps.min()), ("max", stamps.max())] {
            let expected = try #require(times[name] as? Double), own = try #require(own)
            #expect(abs(own - expected) <= bound, "\(place), \(name): \(own) \(expected)")
        }
    }

    /// One chunk: width of the length, length, tag, content.
    private static func chunk(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let length = UInt32(content.count + 2)
        return [4] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * UInt32($0))) } + [tag, 0] + content
    }

    private static func header(_ format: String = "int16", channels: String = "1") -> [UInt8] {
        let text =
            "<info><name>a</name><channel_count>\(channels)</channel_count><nominal_srate>10</nominal_srate>"
            + "<channel_format>\(format)</channel_format></info>"
        return chunk(2, [7, 0, 0, 0] + Array(text.utf8))
    }

    /// Two samples, 1 and 2; the first at 5.0 s.
    private static let samples = chunk(
        3, [7, 0, 0, 0, 1, 2, 8, 0, 0, 0, 0, 0, 0, 0x14, 0x40, 1, 0, 0, 2, 0])
    private static let boundary = chunk(
        5, [0x43, 0xA5, 0x46, 0xDC, 0xCB, 0xF5, 0x41, 0x0F, 0xB3, 0x0E, 0xD5, 0x46, 0x73, 0x83, 0xCB, 0xE4])
    private static let magic = Array("XDF:".utf8)

    private func open(_ bytes: [UInt8], _ body: (XDFFile) throws -> Void) throws {
        try withTemporaryFolder { folder in
            try write(bytes, to: folder + "/x.xdf")
            try body(try XDFFile(folder + "/x.xdf"))
        }
    }

    @Test("A length that does not fit is passed over up to the next boundary, and said")
    func broken() throws {
        let lie: [UInt8] = [4, 0xff, 0xff, 0, 0, 3, 0, 1, 2]
        let bytes = Self.magic + Self.header() + Self.samples + lie + Self.boundary + Self.samples
        try open(bytes) { file in
            #expect(file.streams[0].channels[0].samples == 4)
            #expect(file.warnings.map(\.kind) == ["truncated"])
        }
        // Cut in the last chunk: the first is whole.
        try open(Array((Self.magic + Self.header() + Self.samples + Self.samples).dropLast(3))) { file in
            #expect(file.streams[0].channels[0].samples == 2)
            #expect(file.warnings.map(\.kind) == ["truncated"])
            let values = try RecordedValues(file, channel: 0).values
            #expect(values == [1, 2])
        }
    }

    @Test("Samples of a stream without a header are left out, and a stream without samples is one")
    func strangers() throws {
        let other = Self.chunk(3, [9, 0, 0, 0, 1, 1, 0, 1, 0])
        try open(Self.magic + Self.header() + other) { file in
            #expect(file.streams.count == 1 && file.streams[0].channels[0].samples == 0)
            #expect(file.streams[0].segments.isEmpty)
            #expect(file.warnings.map(\.kind) == ["stream"])
        }
    }

    @Test("What cannot be an XDF recording is refused with its place")
    func refusals() throws {
        let cases: [([UInt8], String)] = [
            (Array("XDX:".utf8), "begins with 'XDF:'"), (Self.magic, "no stream header"),
            (Self.magic + Self.header("int24"), "channel format 'int24'"),
            (Self.magic + Self.header(channels: "0"), "channel count '0'"),
            (Self.magic + Self.chunk(2, [7, 0, 0, 0] + Array("<info".utf8)), "no XML"),
        ]
        for (bytes, text) in cases {
            do {
                try open(bytes) { _ in }
                Issue.record("\(text): was opened")
            } catch {
                #expect((error as? RecordingError)?.description.contains(text) == true, "\(error)")
            }
        }
    }
}
