import Foundation
import Sessions
import Signal
import Testing

/// Recordings inside of BIDS datasets, and folders that hold one recording, none, or several.
@Suite struct BIDSTests {
    /// A dataset of one EDF file with its tables.
    private func dataset(_ body: (String, String) throws -> Void) throws {
        try withTemporaryFolder { root in
            let folder = root + "/sub-01/eeg"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try write(Array("{}".utf8), to: root + "/dataset_description.json")
            var edf = SmallEDF()
            edf.body = SmallEDF.counts([Int16](repeating: 3, count: 16))
            try write(edf.bytes, to: folder + "/sub-01_task-a_eeg.edf")
            let events = "onset\tduration\ttrial_type\tvalue\n0.5\tn/a\tcue\t7\n1\t0.25\tgo\tn/a\n"
            try write(Array(events.utf8), to: folder + "/sub-01_task-a_events.tsv")
            try body(root, folder)
        }
    }

    @Test("A dataset with one recording opens as a folder; its events are those of the table")
    func events() throws {
        try dataset { root, _ in
            let file = try openRecordingFile(root)
            #expect(file.format == "EDF in BIDS")
            let events = file.streams[0].events
            #expect(events.map(\.text) == ["cue 7", "go"])
            #expect(events.map(\.onset) == [0.5, 1] && events.map(\.duration) == [nil, 0.25])
            #expect(file.paths.count == 2)
        }
    }

    @Test("A table of channels that does not fit, and a channel that is marked bad, are warnings")
    func channels() throws {
        try dataset { root, folder in
            let label = try openRecordingFile(root).streams[0].channels[0].label
            let table =
                "name\ttype\tunits\tstatus\tstatus_description\n\(label)\tEEG\tuV\tbad\tflat\nXX\tEEG\tuV\tgood\tn/a\n"
                + "YY\tEEG\tuV\tgood\tn/a\n"
            try write(Array(table.utf8), to: folder + "/sub-01_task-a_channels.tsv")
            let warnings = try openRecordingFile(root).warnings
            #expect(warnings.map(\.kind) == ["channels", "bad channel", "channels", "channels"])
            #expect(warnings[1].text == "'\(label)' is marked bad: flat")
        }
    }

    @Test("No recording in a folder, two of them, or a data file that is missing: a message that names them")
    func folders() throws {
        try dataset { root, folder in
            let file = folder + "/sub-01_task-a_eeg.edf"
            try FileManager.default.copyItem(atPath: file, toPath: folder + "/sub-01_task-b_eeg.edf")
            try expect(root, "sub-01/eeg/sub-01_task-a_eeg.edf, sub-01/eeg/sub-01_task-b_eeg.edf")
            for name in ["a", "b"] {
                try FileManager.default.removeItem(atPath: folder + "/sub-01_task-\(name)_eeg.edf")
            }
            try expect(root, "a BIDS dataset without a recording")
            try expect(folder, "a folder without a recording")
            let header =
                "Brain Vision Data Exchange Header File Version 1.0\n[Common Infos]\nDataFile=gone.eeg\n"
                + "DataFormat=BINARY\nDataOrientation=MULTIPLEXED\nNumberOfChannels=1\nSamplingInterval=1000\n"
                + "[Binary Infos]\nBinaryFormat=INT_16\n[Channel Infos]\nCh1=a,,1,uV\n"
            try write(Array(header.utf8), to: folder + "/sub-01_task-a_eeg.vhdr")
            try expect(root, "gone.eeg")
        }
    }

    private func expect(_ path: String, _ text: String) throws {
        do {
            _ = try openRecordingFile(path)
            Issue.record("\(path) was opened")
        } catch { #expect("\(error)".contains(text), "\(error)") }
    }

    @Test(
        "Two datasets of others: channels, events, what is odd", .enabled(if: Data.isPresent))
    func others() throws {
        let tiny = try openRecordingFile(Data.folder + "/sessions/bids-eeg-brainvision/tiny_bids")
        #expect(tiny.streams[0].channels.count == 69 && tiny.streams[0].channels[0].samples == 10_000)
        #expect(tiny.warnings.contains { $0.kind == "bad channel" && $0.text.contains("PO10") })
        let grip = try openRecordingFile(Data.folder + "/sessions/bids-ieeg-brainvision/py_neuromodulation")
        #expect(grip.streams[0].channels.count == 10 && grip.streams[0].channels[0].samples == 19_001)
        #expect(grip.warnings.contains { $0.kind == "scale" })
    }
}
