import Foundation
import Sessions
import Signal
import Testing

@Suite struct NumPyTests {
    /// An array as numpy.save writes it: magic, version 1.0, the header to a multiple of 64 bytes.
    private static func array(_ descr: String, _ shape: String, _ values: [UInt8], fortran: Bool = false) -> [UInt8] {
        var text = "{'descr': '\(descr)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }"
        text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
        let length = UInt16(text.utf8.count)
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(text.utf8)
            + values
    }

    private static let sidecar =
        #"{"rate_hz": 487.5, "channels": [{"label": "a", "unit": "uV"}, {"label": "b", "unit": "g"}]}"#

    private func open(
        _ array: [UInt8], _ sidecar: String? = NumPyTests.sidecar, _ body: (any RecordingFile) throws -> Void
    ) throws {
        try withTemporaryFolder { root in
            try write(array, to: root + "/x.npy")
            if let sidecar { try write(Array(sidecar.utf8), to: root + "/x.json") }
            try body(try openRecordingFile(root + "/x.npy"))
        }
    }

    /// By hand: 1 to 6 as samples × channels; numpy.asfortranarray stores the same array as 1, 3, 5, 2, 4, 6.
    @Test("Rows, columns and turned axes give the same channels")
    func orders() throws {
        let rows = SmallEDF.counts([1, 2, 3, 4, 5, 6])
        let columns = SmallEDF.counts([1, 3, 5, 2, 4, 6])
        for (array, warnings) in [
            (Self.array("<i2", "(3, 2)", rows), []), (Self.array("<i2", "(3, 2)", columns, fortran: true), []),
            (Self.array("<i2", "(2, 3)", columns), ["axes"]),
            (Self.array("<i2", "(2, 3)", rows, fortran: true), ["axes"]),
        ] {
            try open(array) { file in
                #expect(file.warnings.map(\.kind) == warnings)
                let found = try (0..<2).map { try RecordedValues(file, channel: $0).values }
                #expect(found == [[1, 3, 5], [2, 4, 6]])
                #expect(file.streams[0].channels.map(\.rate) == [RecordedRate(975, 2), RecordedRate(975, 2)])
                #expect(file.streams[0].channels.map(\.unit) == ["uV", "g"])
            }
        }
    }

    /// Bytes by hand after IEEE 754: 1.5 is 0x3e00 as binary16, 0x3fc00000 as binary32.
    @Test(
        "Every width and byte order of numbers",
        arguments: [
            ("|i1", [0xfe, 3], [-2, 3]), ("|u1", [0xfe, 3], [254, 3]), (">i2", [0xff, 0xfe, 0, 3], [-2, 3]),
            ("<u2", [0xfe, 0xff, 3, 0], [65534, 3]), (">i4", [0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 3], [-2, 3]),
            ("<f2", [0, 0x3e, 0, 0xbe], [1.5, -1.5]), (">f4", [0x3f, 0xc0, 0, 0, 0xbf, 0xc0, 0, 0], [1.5, -1.5]),
            ("<i8", [0xfe] + [UInt8](repeating: 0xff, count: 7) + [3, 0, 0, 0, 0, 0, 0, 0], [-2, 3]),
        ] as [(String, [UInt8], [Double])])
    func numbers(descr: String, bytes: [UInt8], expected: [Double]) throws {
        try open(Self.array(descr, "(2,)", bytes), #"{"rate_hz": 1, "labels": ["a"], "units": ["uV"]}"#) { file in
            let channel0 = try RecordedValues(file, channel: 0).values
            #expect(channel0 == expected)
            #expect(file.warnings.isEmpty)
        }
    }

    @Test("Without a sidecar, or with one that lacks something, the error says what it must hold")
    func sidecars() throws {
        let array = Self.array("<i2", "(3, 2)", SmallEDF.counts([1, 2, 3, 4, 5, 6]))
        let absent = #expect(throws: RecordingError.self) { try open(array, nil) { _ in } }
        #expect(absent?.text.contains("x.json") == true && absent?.text.contains("rate_hz") == true)
        for (sidecar, place) in [
            (#"{"channels": []}"#, "rate_hz"), (#"{"rate_hz": -3}"#, "rate_hz"), (#"{"rate_hz": 100}"#, "channels"),
            (#"{"rate_hz": 100, "labels": ["a"], "units": ["V"]}"#, "channels"),
            (#"{"rate_hz": 100, "channels": [{"label": "a"}]}"#, "channels[0]"), ("[1]", ""), ("{", ""),
            (#"{"rate_hz": 1, "labels": ["a","b"], "units": ["V","V"], "segments": [{"onset_s": 0}]}"#, "segments[0]"),
        ] {
            let error = #expect(throws: RecordingError.self) { try open(array, sidecar) { _ in } }
            #expect(error?.place == place && error?.file.hasSuffix("x.json") == true, "\(sidecar)")
        }
    }

    /// By hand: at 2 Hz two samples last 1 s; the second stretch begins at 5 s.
    @Test("Stretches of the sidecar become segments, its remarks events, an unknown field a warning")
    func segments() throws {
        let sidecar = """
            {"rate_hz": 2, "labels": ["a"], "units": ["uV"], "start": "2026-01-02T03:04:05", "rate": 3,
             "segments": [{"onset_s": 0.0, "first_sample": 0}, {"onset_s": 5.0, "first_sample": 2}],
             "events": [{"onset_s": 5.5, "duration_s": null, "text": "go"}]}
            """
        try open(Self.array("|i1", "(5,)", [1, 2, 3, 4, 5]), sidecar) { file in
            let stream = file.streams[0]
            #expect(
                stream.segments == [
                    RecordedSegment(onset: 0, duration: 1, firstSample: 0, samples: 2),
                    RecordedSegment(onset: 5, duration: 1.5, firstSample: 2, samples: 3),
                ])
            #expect(stream.events == [RecordedEvent(onset: 5.5, text: "go")])
            #expect(stream.start == "2026-01-02T03:04:05" && file.warnings.map(\.kind) == ["sidecar"])
            let gaps = try file.reader(stream: 0, channels: nil).gaps
            #expect(gaps == [RecordingGap(before: 2, count: 8)])
        }
    }

    @Test("A cut array gives its whole samples, a longer one those of its shape; both are said")
    func sizes() throws {
        let rows = SmallEDF.counts([1, 2, 3, 4, 5, 6])
        try open(Self.array("<i2", "(3, 2)", rows.dropLast(1) + [])) { file in
            #expect(file.warnings.map(\.kind) == ["truncated"])
            let channel1 = try RecordedValues(file, channel: 1).values
            #expect(channel1 == [2, 4])
        }
        try open(Self.array("<i2", "(3, 2)", rows.dropLast(1) + [], fortran: true)) { file in
            let channel0 = try RecordedValues(file, channel: 0).values
            #expect(channel0 == [1, 2, 3])
            let channel1 = try RecordedValues(file, channel: 1).values
            #expect(channel1 == [4, 5])
        }
        try open(Self.array("<i2", "(2, 2)", rows)) { file in
            #expect(file.warnings.map(\.kind) == ["longer"])
            let channel1 = try RecordedValues(file, channel: 1).values
            #expect(channel1 == [2, 4])
        }
        for (descr, shape) in [("|O", "(3, 2)"), ("<c8", "(3, 2)"), ("<i2", "(3, 2, 1)"), ("<i2", "(-1, 2)")] {
            #expect(throws: RecordingError.self) { try open(Self.array(descr, shape, rows)) { _ in } }
        }
        #expect(throws: RecordingError.self) {
            try open(Self.array("<f8", "(9223372036854775807, 2)", rows)) { _ in }
        }
    }

    /// py_neuromodulation stores microvolts as volts: -279 to +189 V.
    @Test("A potential beyond 1 V is reported as it is, with a warning; other units are not judged")
    func scale() throws {
        let array = Self.array("<i2", "(2,)", SmallEDF.counts([-279, 189]))
        for (unit, kinds) in [("V", ["scale"]), ("mV", []), ("g", []), ("", [])] {
            try open(array, "{\"rate_hz\": 1, \"labels\": [\"a\"], \"units\": [\"\(unit)\"]}") { file in
                #expect(file.warnings.map(\.kind) == kinds)
                let values = try RecordedValues(file, channel: 0).values
                #expect(values == [-279, 189])
            }
        }
    }

    @Test("Cut and mutated arrays are read or refused")
    func damage() throws {
        let array = Self.array("<f4", "(64, 2)", (0..<512).map { UInt8(truncatingIfNeeded: $0 * 7) })
        var damaged = DamagedRecording([("x.npy", array), ("x.json", Array(Self.sidecar.utf8))], seed: 11)
        let damagedRead = try damaged.readOrRefused(headerBytes: 128)
        #expect(damagedRead > 0)
        var sidecar = DamagedRecording([("x.json", Array(Self.sidecar.utf8)), ("x.npy", array)], seed: 12)
        let sidecarRead = try sidecar.readOrRefused(opening: "x.npy")
        #expect(sidecarRead > 0)
    }

    /// The rate is not in the files; the numbers of the oracle need none.
    @Test(
        "Every value of real arrays is numpy's", .enabled(if: Data.isPresent, "the recordings of others are not here"),
        arguments: ["sample_data_1", "sample_data_1_filt", "sample_data_2"])
    func oracle(name: String) throws {
        let path = "sessions/lfp-npy/neurodsp/\(name).npy"
        let oracle = try Data.oracle(path + ".oracle.json", "numpy")
        try open(try bytes(of: Data.folder + "/" + path), #"{"rate_hz": 1000, "labels": ["LFP"], "units": ["uV"]}"#) {
            file in
            #expect(try file.fingerprint(ofStream: 0) == oracle["sha256_f32le"] as? String)
            let values = try RecordedValues(file, channel: 0)
            guard oracle["last"] is Double else {
                #expect(values.values.last?.isNaN == true)
                let found = values.values.filter { !$0.isNaN }
                #expect(abs((found.min() ?? 0) - (oracle["min"] as? Double ?? .nan)) < 1e-9)
                #expect(abs((found.max() ?? 0) - (oracle["max"] as? Double ?? .nan)) < 1e-9)
                return
            }
            try values.expect(oracle, relative: 1e-12, name)
        }
    }
}
