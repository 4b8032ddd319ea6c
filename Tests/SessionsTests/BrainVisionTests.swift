import Foundation
import Sessions
import Signal
import Testing

@Suite struct BrainVisionTests {
    private static func header(_ changes: [String: String] = [:]) -> String {
        var text = """
            Brain Vision Data Exchange Header File Version 1.0
            [Common Infos]
            DataFile=x.eeg
            MarkerFile=x.vmrk
            DataFormat=BINARY
            DataOrientation=MULTIPLEXED
            NumberOfChannels=2
            SamplingInterval=3906.25
            [Binary Infos]
            BinaryFormat=INT_16
            [Channel Infos]
            Ch1=LFP\\1left,,0.5,µV
            Ch2=force,,2,N
            [Comment]
            BinaryFormat=nonsense

            """
        for (old, new) in changes { text = text.replacingOccurrences(of: old, with: new) }
        return text
    }

    private func open(
        _ header: [UInt8], data: [UInt8], markers: String? = nil, _ body: (BrainVisionReader) throws -> Void
    ) throws {
        try withTemporaryFolder { root in
            try write(header, to: root + "/x.vhdr")
            try write(data, to: root + "/x.eeg")
            if let markers { try write(Array(markers.utf8), to: root + "/x.vmrk") }
            try body(try BrainVisionReader(root + "/x.vhdr"))
        }
    }

    private func values(_ reader: any RecordingReader, _ first: Int64, _ count: Int) throws -> [Float] {
        let room = UnsafeMutableBufferPointer<Float>.allocate(capacity: count * reader.montage.channels.count)
        defer { unsafe room.deallocate() }
        try unsafe reader.read(first: first, count: count, into: room)
        return unsafe Array(room)
    }

    /// By hand: 10⁶ / 3906.25 = 256 Hz; 3 × 0.5 = 1.5 µV.
    @Test("A header in latin-1 without a code page, a fractional interval, a coded comma")
    func latin1() throws {
        let header = Self.header().unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        #expect(header.contains(0xb5))
        try open(header, data: SmallEDF.counts([3, 5, -4, 6]) + [9]) { reader in
            #expect(reader.rate == (256, 1) && reader.frames == 2)
            #expect(reader.montage.channels.map(\.label) == ["LFP,left", "force"])
            #expect(reader.montage.channels.map(\.unit) == ["uV", "N"])
            #expect(reader.montage.channels[0].kind == .localFieldPotential)
            let found = try values(reader, 0, 2)
            #expect(found == [1.5, 10, -2, 12])
            #expect(reader.warnings.map(\.kind) == ["truncated", "markers"])
        }
    }

    @Test("VECTORIZED samples, INT_32 and IEEE_FLOAT_32 with their resolution")
    func storage() throws {
        let floats = [Float(1), 2, 3, 4].flatMap { value in
            (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
        }
        let vectorized = Self.header(["MULTIPLEXED": "VECTORIZED", "INT_16": "IEEE_FLOAT_32"])
        try open(Array(vectorized.utf8), data: floats) { reader in
            let (both, second) = (try values(reader, 0, 2), try values(reader, 1, 1))
            #expect(both == [0.5, 6, 1, 8] && second == [1, 8])
        }
        let wide: [UInt8] = [0, 0, 1, 0, 0xff, 0xff, 0xff, 0xff]
        try open(Array(Self.header(["INT_16": "INT_32"]).utf8), data: wide) { reader in
            let wideValues = try values(reader, 0, 1)
            #expect(wideValues == [32768, -2])
        }
    }

    @Test("Markers: positions from 1, coded commas, bare commas, dates, and a new segment is a gap")
    func markers() throws {
        let text = """
            Brain Vision Data Exchange Marker File, Version 1.0
            [Marker Infos]
            Mk1=New Segment,,1,1,0,20131113161403794232
            Mk2=Comment,a\\1b,2,3,0
            Mk3=Comment,c, d, e,1,1,2
            Mk4=New Segment,,2,1,0
            Mk5=broken
            """
        try open(Array(Self.header().utf8), data: SmallEDF.counts([0, 0, 0, 0]), markers: text) { reader in
            #expect(reader.markers.map(\.sample) == [0, 1, 0, 1])
            #expect(reader.markers.map(\.text) == ["", "a,b", "c,d,e", ""])
            #expect(reader.markers[0].date == "20131113161403794232" && reader.markers[2].channel == 2)
            #expect(reader.warnings.map(\.kind) == ["gap", "markers"])
        }
    }

    @Test("A renamed recording is found by the header's own name, with a warning")
    func renamed() throws {
        try open(Array(Self.header(["x.eeg": "gone.eeg"]).utf8), data: SmallEDF.counts([1, 1])) { reader in
            #expect(reader.frames == 1 && reader.warnings.map(\.kind) == ["renamed", "markers"])
        }
    }

    @Test(
        "What cannot be read is refused with its line",
        arguments: [
            ("BINARY", "ASCII", "line 5"), ("MULTIPLEXED", "SIDEWAYS", "line 6"),
            ("Channels=2", "Channels=3", "line 7"),
            ("3906.25", "0", "line 8"), ("INT_16", "INT_8", "line 10"), ("0.5", "half", "line 12"),
            ("Brain Vision", "Grain Vision", "line 1"), ("Ch2", "Ch5", "line 13"),
        ])
    func refused(old: String, new: String, line: String) throws {
        let error = #expect(throws: RecordingError.self) {
            try open(Array(Self.header([old: new]).utf8), data: [0, 0, 0, 0]) { _ in }
        }
        #expect(error?.place == line)
    }

    /// Expected: mne 1.13.2, values in volts; `mean` rests on every sample.
    @Test(
        "Values of real files are those of mne in every channel that it gives in volts",
        .enabled(if: Data.isPresent, "needs recordings in ANSA_DATA"),
        arguments: [
            ("brainvision/mne-python/test.vhdr", "brainvision/mne-python/test.vhdr", 14),
            ("brainvision/mne-python/test_units.vhdr", "brainvision/mne-python/test_units.vhdr", 14),
            (
                "bids-eeg-brainvision/tiny_bids/sub-01/ses-eeg/eeg/sub-01_ses-eeg_task-rest_eeg.vhdr",
                "bids-eeg-brainvision/tiny_bids.oracles/sub-01_ses-eeg_task-rest_eeg.vhdr", 2
            ),
        ])
    func realFiles(file: String, oracle: String, markers: Int) throws {
        let reader = try #require(try openRecording(Data.folder + "/sessions/" + file) as? BrainVisionReader)
        let expected = try Data.oracle("sessions/" + oracle + ".oracle.json", "mne")
        #expect(reader.frames == Int64(try #require(expected["n_times"] as? Int)))
        #expect(reader.markers.count == markers)
        let all = try values(reader, 0, Int(reader.frames))
        let channels = try #require(expected["channels"] as? [[String: Any]])
        let width = reader.montage.channels.count
        #expect(channels.count == width)
        for (index, channel) in channels.enumerated() where channel["unit"] as? String == "V" {
            let column = stride(from: index, to: all.count, by: width).map { Double(all[$0]) * 1e-6 }
            let (mean, maximum) = (try #require(channel["mean"] as? Double), try #require(channel["max"] as? Double))
            #expect(reader.montage.channels[index].label == channel["label"] as? String)
            #expect(abs(column.reduce(0, +) / Double(column.count) - mean) < 1e-9 * max(1, abs(maximum) * 1e6))
            #expect(abs((column.max() ?? 0) - maximum) < 1e-6 * abs(maximum))
        }
    }

    /// Expected: the data's README: 18 to 48 V taken literally, that is 18 to 48 × 10⁶ µV; 19,001 samples at 1 kHz.
    @Test(
        "The gripforce recording is read as its header says, 18 to 48 V, with a warning about the scale",
        .enabled(if: Data.isPresent, "needs recordings in ANSA_DATA"))
    func gripforce() throws {
        let folder = Data.folder + "/neural/parkinson-gripforce/bids/sub-testsub/ses-EphysMedOff/ieeg/"
        let reader = try openRecording(folder + "sub-testsub_ses-EphysMedOff_task-gripforce_run-0_ieeg.vhdr")
        #expect(reader.frames == 19_001 && reader.rate.numerator == 1000 && reader.montage.channels.count == 10)
        #expect(reader.warnings.map(\.kind) == ["scale"])
        let all = try values(reader, 0, 19_001)
        for channel in 0..<9 {
            let column = stride(from: channel, to: all.count, by: 10).map { Double(all[$0]) }
            let mean = column.reduce(0, +) / Double(column.count)
            let deviation = (column.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(column.count)).squareRoot()
            #expect(deviation > 17.5e6 && deviation < 48.5e6, "channel \(channel): \(deviation)")
        }
    }

    @Test("What is no recording is refused in words")
    func unknown() throws {
        try withTemporaryFolder { root in
            try write(Array("hello".utf8), to: root + "/x.txt")
            let error = #expect(throws: RecordingError.self) { try openRecording(root + "/x.txt") }
            #expect(error?.text.contains("EDF") == true)
            #expect(throws: RecordingError.self) { try openRecording(root + "/absent") }
        }
    }
}
