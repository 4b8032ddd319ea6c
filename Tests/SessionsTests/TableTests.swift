import Foundation
import Sessions
import Signal
import Testing

/// Text recordings: OpenBCI's and BrainFlow's.
@Suite struct TableTests {
    private func open(
        _ text: String, _ beside: [String: String] = [:], _ body: (any RecordingFile) throws -> Void
    ) throws {
        try withTemporaryFolder { root in
            try write(Array(text.utf8), to: root + "/x.txt")
            for (name, text) in beside { try write(Array(text.utf8), to: "\(root)/\(name)") }
            try body(try openRecordingFile(root + "/x.txt"))
        }
    }

    private static let head = "%OpenBCI Raw EEG Data\n%Number of channels = 2\n%Sample Rate = 250.0 Hz\n"

    /// Rows as GUI 3 and 4 write them: index, two electrodes, three of the accelerometer, a clock, milliseconds.
    private static func rows(_ indices: [Int], _ milliseconds: [Int]? = nil) -> String {
        indices.enumerated().map { place, index in
            let time = milliseconds.map { ", \($0[place] + 1_557_936_053_329)" } ?? ""
            return "\(index), \(place).5, -\(place).25, 0.1, 0.2, 0.9, 12:00:53.329\(time)\n"
        }.joined()
    }

    @Test("Files without names: electrodes by place, the accelerometer, a clock that is no number, milliseconds")
    func oldVersions() throws {
        try open(Self.head + Self.rows([0, 1, 2], [0, 4, 8])) { file in
            let (first, second) = (file.streams[0], file.streams[1])
            #expect(file.warnings.isEmpty && file.format == "OpenBCI text")
            #expect(first.channels.map(\.label) == ["EXG Channel 0", "EXG Channel 1"])
            #expect(first.channels.map(\.unit) == ["uV", "uV"] && second.channels.map(\.unit) == ["g", "g", "g"])
            #expect(first.start == "2019-05-15T16:00:53.329Z" && first.channels[0].rate == RecordedRate(250, 1))
            let values = try RecordedValues(file, channel: 1).values
            #expect(values == [-0.25, -1.25, -2.25])
        }
    }

    /// By hand: after 255 comes 0; 0, 1, then 5: rows 2, 3 and 4 are lost.
    ///
    /// At 250 Hz a row lasts 4 ms.
    @Test("The index wraps at 256, a jump is a gap of as many samples, a whole turn more where the clock says so")
    func gaps() throws {
        let indices = [253, 254, 255, 0, 1, 5, 6]
        try open(Self.head + Self.rows(indices)) { file in
            #expect(
                file.streams[0].segments == [
                    RecordedSegment(onset: 0, duration: 0.02, firstSample: 0, samples: 5),
                    RecordedSegment(onset: 0.032, duration: 0.008, firstSample: 5, samples: 2),
                ])
            #expect(file.warnings.map(\.kind) == ["gap"] && file.streams[1].segments == file.streams[0].segments)
            let gaps = try file.reader(stream: 0, channels: nil).gaps
            #expect(gaps == [RecordingGap(before: 5, count: 3)])
        }
        // 3 + 2 × 256 rows lost: the next row comes 516 × 4 ms later, give or take a bunch.
        let late = [0, 4, 8, 12, 16, 16 + 516 * 4 + 40, 16 + 517 * 4 + 40]
        try open(Self.head + Self.rows(indices, late)) { file in
            #expect(file.streams[0].segments.map(\.onset) == [0, Double(5 + 515) / 250])
        }
    }

    @Test("A counter that turns earlier than at 256 has no gap there; lines may end as in Windows")
    func turns() throws {
        let rows = (0..<700).map { "\($0 % 201), 1.5, -2.5\r\n" }.joined()
        try open(Self.head.replacingOccurrences(of: "\n", with: "\r\n") + rows) { file in
            #expect(file.streams[0].segments.map(\.samples) == [700] && file.warnings.isEmpty)
            #expect(file.streams[0].channels.map(\.samples) == [700, 700])
        }
        let daisy = (0..<700).map { "\($0 * 2 % 256), 1.5, -2.5\n" }.joined()
        try open(Self.head + daisy) { file in
            #expect(file.streams[0].segments.map(\.samples) == [700] && file.warnings.isEmpty)
        }
    }

    @Test("An index that stands still or falls back while the clock goes on is said, and is no gap")
    func order() throws {
        try open(Self.head + Self.rows([0, 1, 2, 2, 3, 4, 3, 4, 5], [0, 4, 8, 12, 16, 20, 24, 28, 32])) { file in
            #expect(file.streams[0].segments.count == 1 && file.warnings.map(\.kind) == ["order"])
            #expect(file.warnings[0].text.hasPrefix("2 rows"))
        }
        try open(Self.head + Self.rows([7, 7, 7, 7])) { file in
            #expect(file.warnings.map(\.kind) == ["counter"])
        }
        try open(Self.head + Self.rows([0, 2, 4, 254, 0, 4])) { file in
            #expect(file.streams[0].segments.map(\.firstSample) == [0, 3, 5], "Daisy counts by two")
        }
    }

    @Test("Short, cut and garbled rows are left out and counted; a file without rows is refused")
    func damagedRows() throws {
        let rows = "0,1,2\n1,1,2\n2,1,2\n3,1,2\n4,1\n5,1,2\n\n6,x,2\n7,1,2\n8,1,2,3\n% remark\n9,7,8"
        try open("%OpenBCI\n%Number of channels = 2\n%Sample Rate = 250 Hz\n" + rows) { file in
            #expect(file.streams[0].channels.map(\.samples) == [7, 7])
            #expect(file.warnings.map(\.kind) == ["rows", "truncated", "gap"])
            #expect(file.warnings[0].text.hasPrefix("3 lines") && file.warnings[0].place.hasSuffix("line 8"))
            let values = try RecordedValues(file, channel: 1).values
            #expect(values == [2, 2, 2, 2, 2, 2, 8])
        }
        for (text, place) in [
            (Self.head, "line 3"), (Self.head + "a\nb\n", "line 4"),
            (Self.head + "%Number of channels = 0\n0,1\n", "line 4"),
        ] {
            let error = #expect(throws: RecordingError.self) { try open(text) { _ in } }
            #expect(error?.place == place, "\(text)")
        }
    }

    private static let board = """
        {"sampling_rate": 100, "num_rows": 5, "package_num_channel": 0, "eeg_channels": [1, 2], "eeg_names": "C3,C4",
         "timestamp_channel": 3, "marker_channel": 4}
        """

    private static func table(_ counters: [Int]) -> String {
        counters.enumerated().map { place, counter in
            let time = String(format: "%.6f", 1_700_000_000.25 + Double(place) / 100)
            return "\(counter).000000\t\(place).500000\t-1.000000\t\(time)\t\(place == 2 ? 7 : 0).000000\n"
        }.joined()
    }

    @Test("BrainFlow: the board's description names columns, markers are events, the counter makes gaps")
    func brainFlow() throws {
        for name in ["x.json", "x_board_descr.json"] {
            try open(Self.table([0, 1, 2, 4]), [name: Self.board]) { file in
                let stream = file.streams[0]
                #expect(stream.channels.map(\.label) == ["C3", "C4"] && stream.channels.map(\.unit) == ["uV", "uV"])
                #expect(file.streams[1].channels.map(\.label) == ["package num", "timestamp", "marker"])
                #expect(stream.start == "2023-11-14T22:13:20.25Z")
                #expect(stream.events == [RecordedEvent(onset: 0.02, text: "7")])
                #expect(stream.segments.map(\.onset) == [0, 0.04] && file.warnings.map(\.kind) == ["gap"])
            }
        }
    }

    @Test("BrainFlow without a description shows every column without a rate; a wrong one is refused")
    func undescribed() throws {
        try open(Self.table([0, 1, 2, 3])) { file in
            #expect(file.warnings.map(\.kind) == ["columns"] && file.streams[0].channels.count == 5)
            #expect(file.streams[0].channels.allSatisfy { $0.rate == nil })
            #expect(abs(file.streams[0].duration - 0.03) < 1e-6)
            #expect(throws: RecordingError.self) { try file.reader(stream: 0, channels: nil) }
        }
        for (old, new) in [("\"num_rows\": 5", "\"num_rows\": 6"), ("[1, 2]", "[1, 5]"), ("100", "0"), ("{", "[")] {
            let board = Self.board.replacingOccurrences(of: old, with: new)
            let error = #expect(throws: RecordingError.self) {
                try open(Self.table([0, 1]), ["x.json": board]) { _ in }
            }
            #expect(error?.file.hasSuffix("x.json") == true)
        }
    }

    /// Expected values by hand, as decimal text is: the nearest double.
    @Test("Numbers of text are rounded to the nearest double")
    func numbers() throws {
        let texts = ["0.1", "-1795475777.682320", "1e-3", "123456789012345678901234567890", "9007199254740993", "+.5"]
        let row = "0.5\t" + texts.joined(separator: "\t") + "\n"
        try open(row + row) { file in
            let expected: [Double] = [
                0.1, -1795475777.682320, 1e-3, 123456789012345677877719597056, 9007199254740992, 0.5,
            ]
            let values = try expected.indices.map { try RecordedValues(file, channel: $0 + 1).values[0] }
            #expect(values == expected)
        }
    }

    @Test("Cut and mutated text is read or refused")
    func damage() throws {
        let names = "Sample Index, EXG Channel 0, EXG Channel 1, Accel Channel 0, Not Used, Not Used, Time, Timestamp\n"
        let text = Self.head + names + Self.rows(Array(0..<60), (0..<60).map { $0 * 4 })
        var damaged = DamagedRecording([("x.txt", Array(text.utf8))], seed: 41)
        let openBCI = try damaged.readOrRefused(headerBytes: 200)
        #expect(openBCI > 100)
        let table = Array(Self.table(Array(0..<60)).utf8)
        let board = Array(Self.board.utf8)
        var tables = DamagedRecording([("x.csv", table), ("x.json", board)], seed: 42)
        let brainFlow = try tables.readOrRefused()
        var boards = DamagedRecording([("x.json", board), ("x.csv", table)], seed: 43)
        let described = try boards.readOrRefused(opening: "x.csv", headerBytes: 100)
        #expect(brainFlow > 100 && described > 0)
    }
}

/// Text recordings of others, with what independent readers say of them.
@Suite(.enabled(if: Data.isPresent, "the recordings of others are not here"))
struct TableOracleTests {
    @Test("Every electrode of a recording of the OpenBCI GUI is as its text says")
    func openBCI() throws {
        let path = "sessions/openbci/OpenBCI_GUI/OpenBCI_GUI-v6-blinks-jawClench-alpha.txt"
        let file = try openRecordingFile(Data.folder + "/" + path)
        let oracle = try Data.oracle(path + ".oracle.json", "csv")
        let names = try #require(oracle["column_names"] as? [String])
        let columns = try #require(oracle["cols_0_to_8"] as? [[String: Any]])
        let stream = file.streams[0]
        #expect(stream.channels.map(\.label) == Array(names[1...8]) && file.warnings.isEmpty)
        #expect(stream.segments.count == 1 && stream.channels[0].rate == RecordedRate(250, 1))
        for channel in 0..<8 {
            try RecordedValues(file, channel: channel).expect(columns[channel + 1], relative: 1e-12, "\(channel)")
        }
        // The oracle's first row has 1557936053329 ms; `date -u -d @1557936053.329` gives this.
        #expect(stream.start == "2019-05-15T16:00:53.329Z")
        let auxiliary = file.streams[1].channels.map(\.label)
        #expect(auxiliary == names[9...11] + names[13...16] + [names[18]] + names[19...21])
    }

    @Test("Every column of a BrainFlow csv is BrainFlow's own reading, markers included")
    func brainFlow() throws {
        let path = "sessions/independent-writers/brainflow_synthetic.csv"
        let file = try openRecordingFile(Data.folder + "/" + path)
        let oracle = try Data.oracle(path + ".oracle.json", "brainflow")
        let channels = try #require(oracle["eeg"] as? [[String: Any]])
        let stream = file.streams[0]
        #expect(stream.channels.count == channels.count && stream.channels[0].label == "Fz")
        #expect(stream.channels[0].rate?.hertz == 250)
        for (index, channel) in channels.enumerated() {
            try RecordedValues(file, channel: index).expect(channel, relative: 1e-12, "\(index)")
        }
        #expect(stream.events.map(\.text) == ["7", "9"] && stream.events.map(\.onset) == [4, 8])
        // Columns 0 to 31: one before the electrodes, the others behind them.
        let others = try file.streams[1].channels.indices.map {
            try RecordedValues(file, stream: 1, channel: $0).values
        }
        let electrodes = try channels.indices.map { try RecordedValues(file, channel: $0).values }
        let all = [others[0]] + electrodes + others[1...]
        let words = all.flatMap { $0.flatMap { SmallGDF.little($0.bitPattern) } }
        #expect(try sha256(words) == oracle["sha256_f64le_channel_major"] as? String)
    }
}
