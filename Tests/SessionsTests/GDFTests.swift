import Foundation
import Sessions
import Signal
import Testing

/// Writes small GDF files field by field after the layout published in arXiv cs/0608052.
struct SmallGDF {
    var version = "2.10"
    var records: Int64 = 2
    var duration: [UInt8] = [1, 0, 0, 0, 2, 0, 0, 0]
    var labels = ["a", "b"]
    var samples: [UInt32] = [2, 1]
    var types: [UInt32] = [3, 17]
    /// Codes of µV and V.
    var units: [UInt16] = [4275, 4256]
    var physical: [(Double, Double)] = [(-100, 100), (-1, 1)]
    var digital: [(Double, Double)] = [(-1000, 1000), (-1, 1)]
    var body: [UInt8] = []

    static func little<Word: FixedWidthInteger>(_ value: Word) -> [UInt8] {
        (0..<(Word.bitWidth / 8)).map { UInt8(truncatingIfNeeded: value >> Word(8 * $0)) }
    }
    static func double(_ value: Double) -> [UInt8] { little(value.bitPattern) }
    private static func text(_ text: String, _ width: Int) -> [UInt8] {
        Array(text.utf8) + [UInt8](repeating: 0, count: width - text.utf8.count)
    }

    var bytes: [UInt8] {
        let isOld = version.hasPrefix("1")
        let count = labels.count
        func zeros(_ width: Int) -> [UInt8] { [UInt8](repeating: 0, count: width) }
        var out = Self.text("GDF " + version, 8) + zeros(160)
        if isOld {
            out += Self.text("2021030204050678", 16) + Self.little(Int64(256 * (count + 1))) + zeros(44)
        } else {
            // 738217 is 2021-03-02 in days since the year 0; a quarter of a day is six hours.
            out += Self.little(UInt64(738_217) << 32 | UInt64(1) << 30) + zeros(8)
            out += Self.little(UInt16(count + 1)) + zeros(50)
        }
        out += Self.little(records) + duration + Self.little(UInt32(count))
        out += labels.flatMap { Self.text($0, 16) } + zeros(80 * count)
        if isOld {
            out += (0..<count).flatMap { _ in Self.text("uV", 8) }
        } else {
            out += zeros(6 * count) + units.flatMap { Self.little($0) }
        }
        out += physical.flatMap { Self.double($0.0) } + physical.flatMap { Self.double($0.1) }
        func limit(_ value: Double) -> [UInt8] { isOld ? Self.little(Int64(value)) : Self.double(value) }
        out += digital.flatMap { limit($0.0) } + digital.flatMap { limit($0.1) }
        out += zeros(80 * count) + samples.flatMap { Self.little($0) } + types.flatMap { Self.little($0) }
        return out + zeros(32 * count) + body
    }

    /// An event table of mode 3 with two events, as version 1 or 2 has it.
    func table(hertz: UInt32) -> [UInt8] {
        let isOld = version.hasPrefix("1")
        let rate = [UInt8(hertz), 0, 0]
        let head = isOld ? [3] + rate + [2, 0, 0, 0] : [3, 2, 0, 0] + Self.little(Float(hertz).bitPattern)
        let positions: [UInt32] = [1, 4]
        let types: [UInt16] = [769, 32766]
        let durations: [UInt32] = [3, 0]
        return head + positions.flatMap { Self.little($0) } + types.flatMap { Self.little($0) } + [0, 0, 0, 0]
            + durations.flatMap { Self.little($0) }
    }
}

@Suite struct GDFTests {
    private func open(_ file: SmallGDF, _ body: (any RecordingFile) throws -> Void) throws {
        try withTemporaryFolder { root in
            try write(file.bytes, to: root + "/x")
            try body(try openRecordingFile(root + "/x"))
        }
    }

    /// By hand: 2 samples in half a second are 4 Hz; gain 200 / 2000 = 0.1 µV; type 17 is a double.
    private var small: SmallGDF {
        var file = SmallGDF()
        file.body =
            SmallEDF.counts([10, -20]) + SmallGDF.double(0.25) + SmallEDF.counts([30, 40]) + SmallGDF.double(-0.5)
        return file
    }

    @Test("Version 2: rates, units by code, scaled values, the start, events with durations")
    func version2() throws {
        var file = small
        file.body += file.table(hertz: 4)
        try open(file) { file in
            let stream = file.streams[0]
            #expect(file.format == "GDF 2.10" && file.warnings.isEmpty)
            #expect(stream.channels.map(\.unit) == ["uV", "V"] && stream.channels.map(\.label) == ["a", "b"])
            #expect(stream.channels.map(\.rate) == [RecordedRate(4, 1), RecordedRate(2, 1)])
            #expect(stream.start == "2021-03-02T06:00:00" && !stream.holdsCounts)
            let channels = try (0..<2).map { try RecordedValues(file, channel: $0).values }
            #expect(channels == [[1, -2, 3, 4], [0.25, -0.5]])
            #expect(
                stream.events == [
                    RecordedEvent(onset: 0, duration: 0.75, text: "769"), RecordedEvent(onset: 0.75, text: "32766"),
                ])
        }
    }

    @Test("Version 1.25: integer limits, a start in figures, the old event table")
    func version1() throws {
        var file = SmallGDF()
        (file.version, file.types, file.samples) = ("1.25", [3, 279], [2, 1])
        file.body = SmallEDF.counts([10, -20]) + [0xff, 0xff, 0xff] + SmallEDF.counts([30, 40]) + [1, 0, 0]
        file.body += file.table(hertz: 4)
        try open(file) { file in
            let stream = file.streams[0]
            #expect(file.warnings.isEmpty && stream.holdsCounts && stream.start == "2021-03-02T04:05:06.78")
            let channels = try (0..<2).map { try RecordedValues(file, channel: $0).values }
            #expect(channels == [[1, -2, 3, 4], [-1, 1]])
            #expect(stream.events.map(\.text) == ["769", "32766"] && stream.events.map(\.onset) == [0, 0.75])
        }
    }

    @Test("From version 2.21 on the duration is one double; without one the channels have no rate")
    func durations() throws {
        var file = small
        (file.version, file.duration) = ("2.22", SmallGDF.double(0.5))
        try open(file) { #expect($0.streams[0].channels[0].rate == RecordedRate(4, 1)) }
        file.duration = SmallGDF.double(0)
        try open(file) { file in
            #expect(file.streams[0].channels[0].rate == nil && file.warnings.map(\.kind) == ["rate"])
        }
    }

    @Test("The records that exist count, and an unknown number is found from the size", arguments: [-1, 5, Int64.max])
    func records(stated: Int64) throws {
        var file = small
        file.records = stated
        file.body += [1, 2, 3]
        try open(file) { file in
            #expect(file.warnings.map(\.kind) == ["truncated"])
            #expect(file.streams[0].channels.map(\.samples) == [4, 2])
        }
    }

    @Test("An empty range gives values as stored, a sparse channel is left out, both with a warning")
    func calibration() throws {
        var file = small
        (file.digital[0], file.samples[1]) = ((7, 7), 0)
        file.body = SmallEDF.counts([10, -20, 30, 40])
        try open(file) { file in
            #expect(file.warnings.map(\.kind) == ["calibration", "sparse"])
            #expect(file.streams[0].channels.map(\.unit) == [""])
            let values = try RecordedValues(file, channel: 0).values
            #expect(values == [10, -20, 30, 40])
        }
    }

    @Test("Headers that make no sense are refused with the place")
    func badHeaders() throws {
        var version = small
        version.version = "7.00"
        var type = small
        type.types = [3, 18]
        var many = SmallGDF().bytes
        many[252] = 200
        try withTemporaryFolder { root in
            for (bytes, place) in [
                (version.bytes, "byte 4"), (type.bytes, "channel 1, byte 700"), (many, "byte 184"),
                (Array(small.bytes[..<200]), "byte 200"),
            ] {
                try write(bytes, to: root + "/x")
                let error = #expect(throws: RecordingError.self) { try openRecordingFile(root + "/x") }
                #expect(error?.place == place)
            }
        }
    }

    @Test("Cut and mutated files are read or refused", arguments: ["1.25", "2.10"])
    func damage(version: String) throws {
        var file = small
        file.version = version
        file.body += file.table(hertz: 4)
        var damaged = DamagedRecording([("x.gdf", file.bytes)], seed: 21)
        let damagedRead = try damaged.readOrRefused(headerBytes: 768)
        #expect(damagedRead > 0)
    }

    /// mne gives volts, the file holds mV.
    @Test(
        "Every value of a real file is mne's", .enabled(if: Data.isPresent, "the recordings of others are not here"))
    func oracle() throws {
        let path = "sessions/gdf/mne-testing-data/test_1ch.gdf"
        let file = try openRecordingFile(Data.folder + "/" + path)
        let oracle = try Data.oracle(path + ".oracle.json", "mne")
        let channels = try #require(oracle["channels"] as? [[String: Any]])
        let stream = file.streams[0]
        #expect(stream.channels.map(\.label) == ["ECG"] && stream.channels.map(\.unit) == ["mV"])
        #expect(stream.channels[0].rate?.hertz == oracle["fs"] as? Double && stream.start == nil)
        let values = try RecordedValues(file, channel: 0)
        try values.expect(channels[0], scale: 1e-3, relative: 1e-12, "ECG")
        let volts = values.values.flatMap { SmallGDF.little(Float($0 * 1e-3).bitPattern) }
        #expect(try sha256(volts) == oracle["sha256_f32le_channel_major"] as? String)
        try expectEvents(stream.events, oracle, durations: false, "events")
    }
}
