import Foundation
import Sessions
import Testing

/// Recordings of others, with what independent readers say of them.
@Suite(.enabled(if: Data.isPresent, "the recordings of others are not here"))
struct RecordingOracleTests {
    private static let european = [
        "edf/edfio/short_psg.edf", "edf/mne-python/duplicate_channel_labels.edf", "edf/mne-python/test.edf",
        "edf/mne-python/test_uneven_samp.edf", "edf/pyedflib/test_subsecond.edf", "bdf/edfio/short_psg.bdf",
        "bdf/mne-python/test.bdf", "bdf/pyedflib/test_generator_datarec_generator_2.bdf",
    ]

    private func open(_ name: String) throws -> any RecordingFile {
        try openRecordingFile(Data.folder + "/sessions/" + name)
    }

    @Test("Every count, annotation and start of EDF and BDF is edfio's", arguments: european)
    func edf(name: String) throws {
        let file = try open(name)
        let oracle = try Data.oracle("sessions/\(name).oracle.json", "edfio")
        let stream = file.streams[0]
        #expect(try file.fingerprint(ofStream: 0) == oracle["sha256_digital_i32le_channel_major"] as? String)
        #expect(stream.channels.map(\.label) == oracle["labels"] as? [String])
        #expect(stream.channels.map { $0.rate?.hertz } == oracle["fs"] as? [Double])
        try expectEvents(stream.events, oracle, durations: true, name)
        let start = try #require(oracle["start"] as? String).replacing(" ", with: "T")
        // edfio cuts the 100 ns of a fraction.
        #expect(stream.start?.hasPrefix(start) == true)
    }

    @Test(
        "Physical values of EDF and BDF are pyedflib's",
        arguments: european.filter { $0 != "bdf/mne-python/test.bdf" })
    func physical(name: String) throws {
        let file = try open(name)
        let oracle = try Data.oracle("sessions/\(name).oracle.json", "pyedflib")
        let channels = try #require(oracle["channels"] as? [[String: Any]])
        #expect(file.streams[0].channels.count == channels.count)
        for (index, channel) in channels.enumerated() {
            try RecordedValues(file, channel: index).expect(channel, relative: 1e-12, "\(name), \(index)")
            #expect(file.streams[0].channels[index].unit == channel["unit"] as? String)
        }
    }

    @Test(
        "Every value and state of BCI2000 is BCI2kReader's",
        arguments: ["CursorTaskS001R01.dat", "StimulusPresentationS001R01.dat"])
    func bci2000(name: String) throws {
        let path = "bci2000/NeuralSystemsBCI2000/" + name
        let file = try open(path)
        let oracle = try Data.oracle("sessions/\(path).oracle.json", "BCI2kReader")
        // It multiplies in float32, so its hash is not that of the nearest values.
        for (index, channel) in try #require(oracle["channels"] as? [[String: Any]]).enumerated() {
            try RecordedValues(file, channel: index).expect(channel, relative: 1e-6, "\(name), \(index)")
        }
        let states = try #require(oracle["states"] as? [String: [String: Any]])
        #expect(!states.isEmpty)
        for (state, expected) in states where !["SourceTime", "StimulusTime", "Running"].contains(state) {
            let values = file.streams[0].events.filter { $0.text.hasPrefix(state + " ") }
            // A state begins as 0: one that is not 0 in the first frame is an event there, and no change.
            let first = try #require(expected["first"] as? Int)
            #expect(values.count - (first == 0 ? 0 : 1) == expected["n_changes"] as? Int, "\(state)")
            if first != 0 { #expect(values.first?.text == "\(state) \(first)") }
        }
    }

    @Test(
        "Values and markers of BrainVision are mne's",
        arguments: ["test", "test_units", "testv2"])
    func brainVision(variant: String) throws {
        let name = "brainvision/mne-python/\(variant).vhdr"
        let file = try open(name)
        let oracle = try Data.oracle("sessions/\(name).oracle.json", "mne")
        let channels = try #require(oracle["channels"] as? [[String: Any]])
        let scales = ["V": 1, "mV": 1e-3, "µV": 1e-6, "uV": 1e-6, "nV": 1e-9]
        for (index, channel) in channels.enumerated() {
            let unit = file.streams[0].channels[index].unit
            guard channel["unit"] as? String == "V", let scale = scales[unit] else { continue }
            try RecordedValues(file, channel: index).expect(channel, scale: scale, relative: 1e-6, "\(name), \(index)")
        }
        let events = file.streams[0].events
        let markers = try Data.oracle("sessions/\(name).oracle.json", "brainvision")["n_markers"] as? Int
        #expect(events.count == markers)
        // mne makes its start of the first new segment, and leaves out what lies behind the last sample.
        let shown = events.filter { $0.onset < 7.9 && !$0.text.hasPrefix("New Segment") }
        try expectEvents(shown, oracle, durations: false, name)
    }
}

/// Recordings of others, written anew.
@Suite(.enabled(if: Data.isPresent, "the recordings of others are not here"))
struct RecordingRoundTripTests {
    @Test(
        "EDF written as EDF, and BDF as BDF, keep every count, label, rate and annotation",
        arguments: [
            "edf/edfio/short_psg.edf", "edf/mne-python/test.edf", "edf/mne-python/test_uneven_samp.edf",
            "edf/pyedflib/test_subsecond.edf", "bdf/edfio/short_psg.bdf", "bdf/mne-python/test.bdf",
            "bdf/pyedflib/test_generator_datarec_generator_2.bdf",
        ])
    func european(name: String) throws {
        let file = try openRecordingFile(Data.folder + "/sessions/" + name)
        let kind = name.hasSuffix("bdf") ? ExportFormat.bdf : .edf
        try withTemporaryFolder { folder in
            let report = try file.export(
                to: kind, directory: folder + "/out", replaces: false, options: ExportOptions(name: "x"))
            let again = try openRecordingFile("\(folder)/out/x.\(kind.rawValue)")
            #expect(report.files == ["x.\(kind.rawValue)"])
            let (before, after) = (file.streams[0], again.streams[0])
            #expect(after.channels.map(\.label) == before.channels.map(\.label))
            #expect(after.channels.map(\.rate) == before.channels.map(\.rate))
            #expect(after.start == before.start)
            #expect(after.events.map(\.text) == before.events.map(\.text))
            #expect(zip(after.events, before.events).allSatisfy { abs($0.onset - $1.onset) < 2e-9 })
            // A last record that is filled up is said; none of these needs it.
            #expect(report.notes.filter { $0.contains("filled") }.isEmpty, "\(report.notes)")
            #expect(try again.fingerprint(ofStream: 0) == file.fingerprint(ofStream: 0))
        }
    }
}
