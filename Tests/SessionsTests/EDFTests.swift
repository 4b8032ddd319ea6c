import Foundation
import Sessions
import Signal
import Testing

@Suite struct EDFTests {
    private func open(_ file: SmallEDF, _ body: (EDFReader) throws -> Void) throws {
        try withTemporaryFolder { root in
            try write(file.bytes, to: root + "/x.edf")
            try body(try EDFReader(root + "/x.edf"))
        }
    }

    private func values(_ reader: any RecordingReader, _ first: Int64, _ count: Int) throws -> [Float] {
        let room = UnsafeMutableBufferPointer<Float>.allocate(capacity: count * reader.montage.channels.count)
        defer { unsafe room.deallocate() }
        try unsafe reader.read(first: first, count: count, into: room)
        return unsafe Array(room)
    }

    /// By hand: gain 200 / 2000 = 0.1 µV, and 2 / 2000 = 0.001 mV = 1 µV a count.
    @Test("Values are (digital − dmin) × gain + pmin in µV, across a record's border")
    func scaling() throws {
        var file = SmallEDF()
        file.body = SmallEDF.counts([0, 10, 20, 30, 1, 2, 3, 4, 40, 50, 60, 70, 5, 6, 7, -8])
        try open(file) { reader in
            #expect(reader.frames == 8 && reader.rate == (4, 1))
            #expect(reader.montage.channels.map(\.unit) == ["uV", "uV"])
            let found = try values(reader, 3, 5)
            for (value, expected) in zip(found, [3, 4, 4, 5, 5, 6, 6, 7, 7, -8] as [Float]) {
                #expect(abs(value - expected) < 1e-4)
            }
            #expect(reader.start == "2021-03-02T04:05:06")
            #expect(reader.warnings.isEmpty)
        }
    }

    @Test("An inverted range gives a negative gain, an empty one counts, and the reader says so")
    func ranges() throws {
        var file = SmallEDF()
        file.physical = [("100", "-100"), ("-1", "1")]
        file.digital = [("-1000", "1000"), ("5", "5")]
        file.body = SmallEDF.counts([10, 0, 0, 0, 7, 0, 0, 0] + [Int16](repeating: 0, count: 8))
        try open(file) { reader in
            let found = try values(reader, 0, 1)
            #expect(abs(found[0] + 1) < 1e-5 && found[1] == 7)
            #expect(reader.montage.channels[1].unit == "count")
            #expect(reader.warnings.map(\.kind) == ["calibration"])
        }
    }

    @Test(
        "The records that exist count, not the header's number",
        arguments: [("-1", 2, "truncated"), ("5", 2, "truncated"), ("1", 1, "longer")])
    func recordCount(header: String, records: Int, warning: String) throws {
        var file = SmallEDF()
        file.records = header
        file.body = SmallEDF.counts([Int16](repeating: 3, count: 16)) + [1, 2, 3]
        try open(file) { reader in
            #expect(reader.frames == Int64(4 * records))
            #expect(reader.warnings.map(\.kind) == [warning])
        }
    }

    @Test("Of several rates the commonest is shown, the others are named, and each can be asked for")
    func rates() throws {
        var file = SmallEDF()
        file.labels = ["a", "b", "slow"]
        file.samples = [4, 4, 1]
        file.units = ["uV", "uV", "uV"]
        file.physical = [("-1", "1"), ("-1", "1"), ("-1", "1")]
        file.digital = file.physical
        file.duration = "0.5"
        file.body = SmallEDF.counts([Int16](repeating: 0, count: 18))
        try withTemporaryFolder { root in
            try write(file.bytes, to: root + "/x.edf")
            let reader = try EDFReader(root + "/x.edf")
            #expect(reader.signals == [0, 1] && reader.rate == (8, 1))
            #expect(reader.warnings.map(\.kind) == ["rates"])
            let slow = try EDFReader(root + "/x.edf", signals: [2])
            #expect(slow.rate == (2, 1))
            #expect(throws: RecordingError.self) { try EDFReader(root + "/x.edf", signals: [0, 2]) }
        }
    }

    @Test("EDF+D gives gaps from the record onsets, the start's fraction, and annotations from the first sample")
    func discontinuous() throws {
        var file = SmallEDF()
        file.labels = ["a", "EDF Annotations"]
        file.reserved = "EDF+D"
        file.samples = [4, 20]
        file.body =
            SmallEDF.counts([1, 2, 3, 4])
            + SmallEDF.annotations("+0.25\u{14}\u{14}\0+1.5\u{15}2\u{14}one\u{14}two\u{14}\0", 40)
            + SmallEDF.counts([5, 6, 7, 8]) + SmallEDF.annotations("+3.25\u{14}\u{14}\0+3.5\u{14}µ\u{14}\0", 40)
        try open(file) { reader in
            #expect(reader.signals == [0] && reader.frames == 8)
            #expect(reader.startFraction == 0.25)
            #expect(reader.segments.map(\.firstSample) == [0, 4] && reader.segments.map(\.onset) == [0, 3])
            // By hand: records of 1 s begin at 0.25 and 3.25 s; 2 s at 4 Hz are missing.
            #expect(reader.gaps == [RecordingGap(before: 4, count: 8)])
            #expect(
                reader.annotations == [
                    EDFAnnotation(onset: 1.25, duration: 2, text: "one"),
                    EDFAnnotation(onset: 1.25, duration: 2, text: "two"),
                    EDFAnnotation(onset: 3.25, duration: nil, text: "µ"),
                ])
            #expect(reader.warnings.map(\.kind) == ["gap"])
        }
    }

    @Test("A file of annotations alone, with records of 0 s, gives them all and no samples")
    func annotationsAlone() throws {
        var file = SmallEDF()
        (file.labels, file.reserved, file.samples) = (["EDF Annotations"], "EDF+C", [20])
        (file.units, file.physical, file.digital) = ([""], [("-1", "1")], [("-1", "1")])
        (file.records, file.duration) = ("1", "0")
        file.body = SmallEDF.annotations("+0\u{14}\u{14}\0+7\u{14}x\u{14}\0", 40)
        try open(file) { reader in
            #expect(reader.frames == 0 && reader.annotations.map(\.text) == ["x"])
        }
    }

    @Test("Headers that make no sense are refused with the byte, and no cut of one traps")
    func badHeaders() throws {
        var wrongSize = SmallEDF()
        wrongSize.headerBytes = "512"
        var noSamples = SmallEDF()
        noSamples.samples = [0, 4]
        var noDuration = SmallEDF()
        noDuration.duration = "x"
        for (file, place) in [(wrongSize, "byte 184"), (noSamples, "byte 688"), (noDuration, "byte 244")] {
            let error = #expect(throws: RecordingError.self) { try open(file) { _ in } }
            #expect(error?.place == place)
        }
        let whole = SmallEDF().bytes
        try withTemporaryFolder { root in
            for end in 0..<whole.count {
                try write(Array(whole[..<end]), to: root + "/x.edf")
                #expect(throws: RecordingError.self) { try EDFReader(root + "/x.edf") }
            }
        }
    }

    /// The oracles were made with pyedflib 0.1.42; edfio 0.4.18 gives the same digital values for all of these files.
    @Test(
        "Digital values of real files are those of pyedflib, bit for bit",
        .enabled(if: Data.isPresent, "needs recordings in ANSA_DATA"),
        arguments: [
            "edf/edfio/short_psg.edf", "edf/mne-python/duplicate_channel_labels.edf", "edf/mne-python/test.edf",
            "edf/mne-python/test_uneven_samp.edf", "edf/pyedflib/test_subsecond.edf", "bdf/edfio/short_psg.bdf",
            "bdf/mne-python/test.bdf", "bdf/pyedflib/test_generator_datarec_generator_2.bdf",
        ])
    func realFiles(file: String) throws {
        let reader = try EDFReader(Data.folder + "/sessions/" + file)
        let reference = file == "bdf/mne-python/test.bdf" ? "edfio" : "pyedflib"
        let oracle = try Data.oracle("sessions/" + file + ".oracle.json", reference)
        var digital: [UInt8] = []
        for (index, signal) in reader.allSignals.enumerated() where !signal.isAnnotation {
            let records = try #require(oracle["n_datarecords"] as? Int)
            let values = try reader.readDigital(signal: index, first: 0, count: records * signal.samplesPerRecord)
            for value in values { for byte in 0..<4 { digital.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) } }
        }
        #expect(try sha256(digital) == oracle["sha256_digital_i32le_channel_major"] as? String)
        let annotations = try #require(oracle["annotations"] as? [String: Any])
        #expect(reader.annotations.count == annotations["count"] as? Int)
        if let first = (annotations["first3"] as? [[String: Any]])?.first {
            #expect(abs((reader.annotations.first?.onset ?? -1) - (first["onset"] as? Double ?? -2)) < 1e-6)
            #expect(reader.annotations.first?.text == first["text"] as? String)
        }
    }

    /// Physical values of pyedflib in the header's unit, here µV; the fraction is the raw field 3945312 × 100 ns.
    @Test(
        "Physical values and the start's fraction of test_subsecond.edf are those of pyedflib",
        .enabled(if: Data.isPresent, "needs recordings in ANSA_DATA"))
    func subsecond() throws {
        let path = Data.folder + "/sessions/edf/pyedflib/test_subsecond.edf"
        let reader = try EDFReader(path)
        #expect(reader.start == "2020-01-24T04:05:56" && abs(reader.startFraction - 0.3945312) < 1e-9)
        let expected = [6.247302967879759, 7.576516365300984, 10.234943160143434, 9.96910048065919, 6.778988326848249]
        for (value, expected) in zip(try values(reader, 0, 5), expected) {
            #expect(abs(Double(value) - expected) < 1e-5)
        }
    }
}
