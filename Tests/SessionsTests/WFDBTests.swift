import Foundation
import Sessions
import Signal
import Testing

@Suite struct WFDBTests {
    private func open(
        _ header: String, _ files: [String: [UInt8]], _ body: (any RecordingFile) throws -> Void
    ) throws {
        try withTemporaryFolder { root in
            try write(Array(header.utf8), to: root + "/r.hea")
            for (name, bytes) in files { try write(bytes, to: "\(root)/\(name)") }
            try body(try openRecordingFile(root + "/r.hea"))
        }
    }

    private func counts(_ file: any RecordingFile, _ channel: Int) throws -> [Int32] {
        let room = UnsafeMutableBufferPointer<Int32>.allocate(
            capacity: Int(file.streams[0].channels[channel].samples))
        defer { unsafe room.deallocate() }
        try unsafe file.readCounts(stream: 0, channel: channel, first: 0, into: room)
        return unsafe Array(room)
    }

    /// By hand: 1 and −1 of 12 bits are 001 and fff: 01, f0 (high half of the second above that of the first), ff.
    ///
    /// 310 leaves the lowest bit of each half free, 311 the two highest of all.
    @Test(
        "Packed samples, a sample pair, a block that ends early",
        arguments: [
            (212, [0x01, 0xf0, 0xff, 0x02, 0x00], [1, -1, 2]),
            (310, [0x02, 0x10, 0xfe, 0x0f, 0x04, 0x00], [1, -1, 34, 2]),
            (311, [0x01, 0xfc, 0x2f, 0x00, 0x02, 0x00], [1, -1, 2, 2]),
            (61, [0xff, 0xfe, 0x00, 0x03], [-2, 3]), (80, [0x7f, 0x83], [-1, 3]),
            (160, [0xff, 0x7f, 0x03, 0x80], [-1, 3]), (24, [0xfe, 0xff, 0xff, 3, 0, 0], [-2, 3]),
            (32, [0xfe, 0xff, 0xff, 0xff, 3, 0, 0, 0], [-2, 3]), (8, [0xfe, 3], [5, 8]),
        ] as [(Int, [UInt8], [Int32])])
    func formats(format: Int, bytes: [UInt8], expected: [Int32]) throws {
        try open("r 1 100\nr.dat \(format) 2(1)/uV 12 0 7 0 0 name of it\n", ["r.dat": bytes]) { file in
            let found = try counts(file, 0)
            #expect(found == expected && file.warnings.isEmpty)
            let values = try RecordedValues(file, channel: 0).values
            #expect(values == expected.map { (Double($0) - 1) / 2 })
            #expect(file.streams[0].channels[0].label == "name of it" && file.streams[0].channels[0].unit == "uV")
        }
    }

    /// By hand: frames are a b b; the second signal lags one frame, so its last frame is missing.
    @Test("Several samples in a frame, a skew, a byte offset, comments, time and date")
    func frames() throws {
        let header =
            "# a remark\nr 2 50/100(3) 2 9:08:07.5 02/03/2021\nx.d 16+2 100 16 0\nx.d 16x2:1+2 100 16 0\n# end\n"
        try open(header, ["x.d": SmallEDF.counts([99, 1, 2, 3, 4, 5, 6])]) { file in
            let stream = file.streams[0]
            #expect(file.warnings.isEmpty && stream.start == "2021-03-02T09:08:07.5" && stream.name == "r")
            #expect(stream.channels.map(\.rate) == [RecordedRate(50, 1), RecordedRate(100, 1)])
            #expect(stream.channels.map(\.label) == ["r, signal 0", "r, signal 1"])
            let found = try (0..<2).map { try counts(file, $0) }
            #expect(found == [[1, 4], [5, 6, -32_768, -32_768]])
            let values = try RecordedValues(file, channel: 1).values
            #expect(values[..<2] == [0.05, 0.06] && values[2].isNaN && values[3].isNaN)
        }
    }

    /// By hand: 1 is added 600,000 times, 1 taken away as often, in frames of both.
    @Test("Differences add up across pieces of the file, wherever reading begins")
    func differences() throws {
        let count = 600_000
        let bytes = (0..<(2 * count)).map { $0 % 2 == 0 ? UInt8(1) : 0xff }
        try open("r 2 100\nx.d 8 1 8 0 10\nx.d 8 1 8 0 -10\n", ["x.d": bytes]) { file in
            for (channel, sign) in [(0, 1.0), (1, -1.0)] {
                let room = UnsafeMutableBufferPointer<Double>.allocate(capacity: 2)
                defer { unsafe room.deallocate() }
                try unsafe file.readValues(stream: 0, channel: channel, first: 500_000, into: room)
                let found = unsafe Array(room)
                #expect(found == [sign * 500_011, sign * 500_012])
            }
        }
    }

    @Test("Missing samples are NaN, a missing gain is the rule's 200, a wrong number of samples is said")
    func oddities() throws {
        try open("r 1 100 9\nx.d 16\n", ["x.d": SmallEDF.counts([200, -32_768, 100]) + [1]]) { file in
            #expect(file.warnings.map(\.kind) == ["calibration", "truncated"])
            let values = try RecordedValues(file, channel: 0).values
            #expect(values[0] == 1 && values[1].isNaN && values[2] == 0.5)
        }
        try open("r 1 100 1\nold.dat 16 200\n", ["r.dat": SmallEDF.counts([200, 100])]) { file in
            #expect(file.warnings.map(\.kind) == ["renamed", "longer"])
        }
    }

    @Test(
        "Headers that make no sense are refused with the line",
        arguments: [
            ("r 2 100\nx.d 16 200\n", "line 2"), ("r 1 -5\nx.d 16 200\n", "line 1"),
            ("r 1 100\nx.d 516 200\n", "line 2"), ("r 1 100\nx.d 16x0 200\n", "line 2"),
            ("r 1 100\n../x.d 16 200\n", "line 2"), ("r 1 100\nx.d 16 nan\n", "line 2"),
            ("r/3 1 100 20\nr1 10\nr2 10\n", "line 3"),
            ("r/2 1 100 20\n../r1 10\nr2 10\n", "line 2"), ("r 9999 100\nx.d 16 200\n", "line 1"),
            ("r 2 100\nx.d 16 200\nx.d 212 200\n", "r, signal 1"), ("r 1 100\ny.d 16 200\n", ""),
        ])
    func refused(header: String, place: String) throws {
        let error = #expect(throws: RecordingError.self) {
            try open(header, ["x.d": SmallEDF.counts([1, 2, 3, 4])]) { _ in }
        }
        #expect(error?.place == place)
    }

    /// By hand: 2 frames, 3 lost, 2 of two that are stated (the third is cut), then 1 of another layout.
    @Test("A record of segments: stretches without signals and cut ones are gaps, what a segment lacks is NaN")
    func segments() throws {
        let master = "r/5 2 10 9 1:00:00 02/03/2021\nlayout 0\na 2\n~ 3\nb 3\nc 1\n"
        let files: [String: [UInt8]] = [
            "layout.hea": Array("layout 2 10 0\n~ 0 200/mV 0 0 0 0 0 II\n~ 0 200/mV 0 0 0 0 0 V\n".utf8),
            "a.hea": Array("a 2 10 2\na.dat 16 1/mV 0 0 0 0 0 II\na.dat 16 1/mV 0 0 0 0 0 V\n".utf8),
            "b.hea": Array("b 1 10 3\nb.dat 16 2/mV 0 0 0 0 0 V\n".utf8),
            "c.hea": Array("c 1 10 1\nc.dat 16 1/mV 0 0 0 0 0 II\n".utf8), "a.dat": SmallEDF.counts([1, 2, 3, 4]),
            "b.dat": SmallEDF.counts([10, 12]), "c.dat": SmallEDF.counts([7]),
        ]
        try open(master, files) { file in
            let stream = file.streams[0]
            #expect(stream.channels.map(\.label) == ["II", "V"] && stream.start == "2021-03-02T01:00:00")
            #expect(stream.segments.map(\.onset) == [0, 0.5, 0.8] && stream.segments.map(\.samples) == [2, 2, 1])
            #expect(file.warnings.map(\.kind) == ["truncated"] && file.paths.count == 7)
            let (two, five) = (try RecordedValues(file, channel: 0).values, try RecordedValues(file, channel: 1).values)
            #expect(two[..<2] == [1, 3] && two[2].isNaN && two[3].isNaN && two[4] == 7)
            #expect(five[..<4] == [2, 4, 5, 6] && five[4].isNaN)
        }
        for (name, header) in [
            ("a.hea", "a 2 20 2\na.dat 16 1 0 0 0 0 0 II\na.dat 16 1 0 0 0 0 0 V\n"), ("c.hea", "c/1 1 10\nd 1\n"),
            ("b.hea", "b 1 10 3\nb.dat 16 2/uV 0 0 0 0 0 V\n"), ("b.hea", "b 1 10 3\nb.dat 16x2 2/mV 0 0 0 0 0 V\n"),
        ] {
            var changed = files
            changed[name] = Array(header.utf8)
            let error = #expect(throws: RecordingError.self) { try open(master, changed) { _ in } }
            #expect(error?.file.hasSuffix(name) == true, "\(header)")
        }
        var damaged = DamagedRecording(
            [("r.hea", Array(master.utf8))] + files.map { (name: $0.key, bytes: $0.value) }, seed: 33)
        let read = try damaged.readOrRefused(headerBytes: 100)
        #expect(read > 0)
    }

    @Test("Cut and mutated headers and signal files are read or refused", arguments: [8, 16, 212, 310, 311])
    func damage(format: Int) throws {
        let header =
            "r 2 100 40 12:00:00 01/02/2003\nx.d \(format)x2 200(3)/mV 12 0 0 0 0 one\nx.d \(format) 100 12 0\n"
        let data = (0..<240).map { UInt8(truncatingIfNeeded: $0 * 37) }
        var headers = DamagedRecording([("r.hea", Array(header.utf8)), ("x.d", data)], seed: 31)
        let read = try headers.readOrRefused(headerBytes: 100)
        #expect(read > 0)
        var files = DamagedRecording([("x.d", data), ("r.hea", Array(header.utf8))], seed: 32)
        let both = try files.readOrRefused(opening: "r.hea", mutations: 20)
        #expect(both == 70)
    }

    /// The sum of a signal's counts, in 16 bits, stands in the header of its record.
    @Test(
        "Every value of real records is that of wfdb-python, and the counts add up to the record's checksums",
        .enabled(if: Data.isPresent, "the recordings of others are not here"), arguments: ["binformats", "test01_00s"])
    func oracle(name: String) throws {
        let path = "sessions/wfdb/wfdb-python/\(name).hea"
        let file = try openRecordingFile(Data.folder + "/" + path)
        let oracle = try Data.oracle(path + ".oracle.json", "wfdb")
        let channels = try #require(oracle["channels"] as? [[String: Any]])
        let stream = file.streams[0]
        #expect(stream.channels.count == channels.count)
        // The counts of 24 bits at 200 a mV reach 42 V.
        #expect(file.warnings.map(\.kind) == (name == "binformats" ? ["scale"] : []))
        let header = String(decoding: try bytes(of: Data.folder + "/" + path), as: UTF8.self)
        let sums = header.split(whereSeparator: \.isNewline).dropFirst().prefix(channels.count).map {
            $0.split(separator: " ")[6]
        }
        for (index, channel) in channels.enumerated() {
            #expect(stream.channels[index].label == channel["label"] as? String)
            #expect(stream.channels[index].unit == channel["unit"] as? String)
            #expect(stream.channels[index].rate?.hertz == oracle["fs"] as? Double)
            #expect(stream.channels[index].scale?.gain == 1 / (channel["gain"] as? Double ?? .nan))
            try RecordedValues(file, channel: index).expect(channel, relative: 1e-12, "\(name), \(index)")
            let sum = try counts(file, index).reduce(0 as Int64) { $0 + Int64($1) }
            #expect(Int16(truncatingIfNeeded: sum) == Int16(sums[index]), "\(index)")
        }
    }
}
