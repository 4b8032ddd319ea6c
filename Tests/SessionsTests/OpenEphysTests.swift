import Foundation
import Sessions
import Signal
import Testing

/// An Open Ephys recording of others against neo 0.14.6 and numpy, and small ones of the later layouts of our own.
@Suite struct OpenEphysTests {
    /// A NumPy file of version 1.0.
    private static func column(_ type: String, _ count: Int, _ values: [UInt8]) -> [UInt8] {
        let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(count),), }\n"
        return [0x93] + Array("NUMPY".utf8) + [1, 0] + little([UInt16(text.utf8.count)]) + Array(text.utf8) + values
    }

    private static func integers(_ values: [Int64]) -> [UInt8] { column("<i8", values.count, little(values)) }
    private static func seconds(_ values: [Double]) -> [UInt8] {
        column("<f8", values.count, little(values.map(\.bitPattern)))
    }

    private static let structure = """
        {"GUI version": "0.6.7", "continuous": [
          {"folder_name": "Acq-100.Probe/", "sample_rate": 1000.0, "num_channels": 2, "channels": [
            {"channel_name": "CH1", "bit_volts": 0.195, "units": "uV"},
            {"channel_name": "ADC1", "bit_volts": 0.5, "units": ""}]},
          {"folder_name": "Acq-100.Gone/", "sample_rate": 2500.5, "num_channels": 1, "channels": [
            {"channel_name": "CH1", "bit_volts": 0.195, "units": "uV"}]}],
         "events": [
          {"folder_name": "Acq-100.Probe/TTL/", "channel_name": "line", "sample_rate": 1000.0},
          {"folder_name": "MessageCenter/", "channel_name": "Messages"}, {"folder_name": "Absent/"}],
         "spikes": []}
        """

    /// Four frames: numbers 1000, 1001, then 1500, 1501.
    private static let files: [String: [UInt8]] = [
        "structure.oebin": Array(structure.utf8),
        "sync_messages.txt": Array(
            "Software Time (milliseconds since midnight Jan 1st 1970 UTC): 1700000000250\n".utf8),
        "continuous/Acq-100.Probe/continuous.dat": little([Int16(2), 1, 4, 2, 6, 3, 8, 4]),
        "continuous/Acq-100.Probe/sample_numbers.npy": integers([1_000, 1_001, 1_500, 1_501]),
        "continuous/Acq-100.Probe/timestamps.npy": seconds([7, 7.001, 7.5, 7.501]),
        "events/Acq-100.Probe/TTL/states.npy": column("<i2", 2, little([Int16(3), -3])),
        "events/Acq-100.Probe/TTL/sample_numbers.npy": integers([1_001, 1_500]),
        "events/Acq-100.Probe/TTL/timestamps.npy": seconds([7.001, 7.5]),
        "events/MessageCenter/text.npy": column("|S5", 1, field("start", 5)),
        "events/MessageCenter/timestamps.npy": seconds([7.25]),
    ]

    private func place(_ files: [String: [UInt8]], in folder: String) throws {
        for (name, bytes) in files {
            let path = folder + "/" + name
            let parent = path.split(separator: "/").dropLast().joined(separator: "/")
            try FileManager.default.createDirectory(atPath: "/" + parent, withIntermediateDirectories: true)
            try write(bytes, to: path)
        }
    }

    private func open(_ changes: [String: [UInt8]?] = [:], _ body: (any RecordingFile) throws -> Void) throws {
        try withTemporaryFolder { folder in
            var files = Self.files
            for (name, bytes) in changes { files[name] = bytes }
            try place(files, in: folder)
            try body(try openRecordingFile(folder))
        }
    }

    @Test(
        "Every value of GUI 0.4.5 is neo's and numpy's; streams without a file are listed",
        .enabled(if: Data.isPresent))
    func oracle() throws {
        let path = "sessions/openephys/plugin-GUI"
        let file = try openRecordingFile(Data.folder + "/" + path)
        let mini = try Data.oracle(path + "/structure.oebin.oracle.json", "oebin")
        let expected = try #require(mini["continuous"] as? [[String: Any]])
        #expect(file.format == "Open Ephys 0.4.5" && file.streams.count == expected.count)
        for (stream, entry) in zip(file.streams, expected) {
            let folder = try #require(entry["folder"] as? String)
            #expect(stream.name == (folder.hasSuffix("/") ? String(folder.dropLast()) : folder))
            #expect(stream.channels.count == entry["num_channels"] as? Int)
            #expect(stream.channels.allSatisfy { $0.rate?.hertz == entry["fs"] as? Double })
            #expect((stream.channels[0].samples > 0) == entry["dat_present"] as? Bool)
        }
        #expect(file.warnings.filter { $0.kind == "absent" }.count == 3)
        let present = file.streams[2]
        let channels = try #require(expected[2]["channels"] as? [[String: Any]])
        for (index, channel) in channels.enumerated() {
            #expect(present.channels[index].label == channel["label"] as? String)
            #expect(present.channels[index].unit == channel["unit"] as? String)
            try RecordedValues(file, stream: 2, channel: index).expect(channel, relative: 1e-12, "\(index)")
        }
        let counts = values(of: file, stream: 2, channel: 0).map { Int16(($0 / 0.05).rounded()) }
        let frames = counts.flatMap { [Int16](repeating: $0, count: 1) }
        #expect(frames.prefix(5) == [3063, 3133, 3174, 3084, 2964])
        #expect(present.segments.count == 1 && present.firstStamp == 2.5e-05)
        // The loop takes the stream that has samples.
        #expect(try openRecording(Data.folder + "/" + path).frames == 66_438)
    }

    @Test("Numbers place segments, events and messages; the wall clock comes from the sync messages")
    func later() throws {
        try open { file in
            let stream = file.streams[0]
            #expect(file.format == "Open Ephys 0.6.7")
            #expect(values(of: file, channel: 0) == [2, 4, 6, 8].map { $0 * 0.195 })
            #expect(values(of: file, channel: 1) == [0.5, 1, 1.5, 2])
            #expect(stream.channels.map(\.unit) == ["uV", "V"])
            #expect(stream.segments.map(\.onset) == [0, 0.5] && stream.segments.map(\.firstSample) == [0, 2])
            #expect(stream.events.map(\.text) == ["line 3 on", "line 3 off", "start"])
            #expect(stream.events.map(\.onset) == [0.001, 0.5, 0.25])
            #expect(stream.firstStamp == 7 && stream.start == "2023-11-14T22:13:20.25Z")
            #expect(file.streams[1].channels[0].rate == RecordedRate(5_001, 2))
            #expect(file.warnings.map(\.kind) == ["absent", "absent"])
        }
    }

    @Test("Before GUI 0.6 the numbers are in timestamps.npy, of samples and of events")
    func earlier() throws {
        let changes: [String: [UInt8]?] = [
            "continuous/Acq-100.Probe/sample_numbers.npy": nil,
            "continuous/Acq-100.Probe/timestamps.npy": Self.integers([5, 6, 7, 9]),
            "events/Acq-100.Probe/TTL/sample_numbers.npy": nil,
            "events/Acq-100.Probe/TTL/timestamps.npy": Self.integers([6, 9]),
            "events/Acq-100.Probe/TTL/states.npy": nil,
            "events/Acq-100.Probe/TTL/channel_states.npy": Self.column("<i2", 2, little([Int16(1), -1])),
            "events/MessageCenter/timestamps.npy": Self.integers([8]),
        ]
        try open(changes) { file in
            #expect(file.streams[0].segments.map(\.onset) == [0, 0.004])
            #expect(file.streams[0].events.map(\.onset) == [0.001, 0.004, 0.003])
            #expect(file.streams[0].events[0].text == "line 1 on" && file.streams[0].firstStamp == 0.005)
        }
    }

    @Test("A long stretch with gaps deep inside and a step back is divided where it should be")
    func deep() throws {
        var numbers = (0..<40_000).map { Int64($0) }
        for index in 10_001..<40_000 { numbers[index] += 5 }
        for index in 30_007..<40_000 { numbers[index] -= 100 }
        let changes: [String: [UInt8]?] = [
            "continuous/Acq-100.Probe/continuous.dat": [UInt8](repeating: 0, count: 160_000),
            "continuous/Acq-100.Probe/sample_numbers.npy": Self.integers(numbers),
        ]
        try open(changes) { file in
            #expect(file.streams[0].segments.map(\.firstSample) == [0, 10_001, 30_007])
            #expect(file.streams[0].segments.map(\.onset) == [0, 10.006, 29.912])
            #expect(file.warnings.map(\.kind) == ["clock", "absent", "absent"])
        }
    }

    @Test("A short file, too few stamps or none are warnings; a structure that cannot be is refused with its place")
    func odd() throws {
        let short = Array((Self.files["continuous/Acq-100.Probe/continuous.dat"] ?? []).dropLast())
        try open(["continuous/Acq-100.Probe/continuous.dat": short]) { file in
            #expect(file.streams[0].channels[0].samples == 3)
            #expect(file.warnings.map(\.kind) == ["truncated", "stamps", "absent", "absent"])
        }
        let none: [String: [UInt8]?] = [
            "continuous/Acq-100.Probe/sample_numbers.npy": nil,
            "continuous/Acq-100.Probe/timestamps.npy": nil,
        ]
        try open(none) { file in
            #expect(file.streams[0].segments.count == 1 && file.warnings[0].kind == "stamps")
        }
        let cases = [
            ("\"num_channels\": 2", "\"num_channels\": 3", "3 channels, of which 2"),
            ("1000.0, \"num", "0, \"num", "continuous[0].sample_rate"), ("Acq-100.Gone/", "../x", "'../x'"),
            ("\"continuous\"", "\"other\"", "continuous: absent"), ("[", "", "expected"),
        ]
        for (old, new, text) in cases {
            let changed = Self.structure.replacing(old, with: new, maxReplacements: 1)
            #expect { try open(["structure.oebin": Array(changed.utf8)]) { _ in } } throws: { "\($0)".contains(text) }
        }
    }

    @Test("A folder above one recording opens it; above two it names them")
    func nested() throws {
        try withTemporaryFolder { folder in
            for (name, bytes) in Self.files { try place(["experiment1/recording1/" + name: bytes], in: folder) }
            #expect(try openRecordingFile(folder).streams.count == 2)
            try place(["experiment1/recording2/structure.oebin": Array(Self.structure.utf8)], in: folder)
            #expect { try openRecordingFile(folder) } throws: { "\($0)".contains("recording1/structure.oebin") }
        }
    }

    @Test("A cut or changed file never crashes")
    func damaged() throws {
        try withTemporaryFolder { folder in
            try place(Self.files, in: folder)
            for name in Self.files.keys.sorted() where name != "sync_messages.txt" {
                try expectSurvives(name, in: folder, opening: "structure.oebin")
            }
        }
    }
}
