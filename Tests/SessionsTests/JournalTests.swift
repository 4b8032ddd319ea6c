import Foundation
import Sessions
import Signal
import Testing

@Suite struct JournalTests {
    @Test("What is appended comes back in order, equal in every field")
    func roundTrip() throws {
        try withTemporaryFolder { root in
            let folder = root + "/with space/s1"
            let summary = try SmallSession.write(folder, ticks: 50)
            let reader = try JournalReader(folder)
            #expect(reader.header.seed == 7)
            #expect(reader.header.format == SmallSession.format)
            #expect(reader.header.montage == SmallSession.montage)
            #expect(reader.header.inputs["profile"] == Hash256(of: SmallSession.profile))
            #expect(try reader.input("profile") == SmallSession.profile)
            #expect(reader.labels.first == JournalFact("host", "h1"))
            var ticks: [RecordKind: Int64] = [:]
            while let record = try reader.next() {
                let expected = ticks[record.kind, default: 0]
                ticks[record.kind] = expected + 1
                if record.kind == .block {
                    let block = try #require(BlockRecord(payload: record.payload))
                    #expect(record.tick == expected && block.firstSample == 3 * expected)
                    #expect(block.samples.first == UInt8(truncatingIfNeeded: 10 * expected))
                }
                if record.kind == .decision {
                    var payload = PayloadReader(record.payload)
                    #expect(payload.getDecision().value == Float(expected) && record.stage == 3)
                }
            }
            #expect(ticks[.block] == 50 && ticks[.decision] == 50 && ticks[.hostTimes] == 50 && ticks[.closing] == 1)
            #expect(reader.records == summary.records)
            let verified = try JournalReader.verify(folder)
            #expect(verified.outcome == .intact, "\(verified.damage)")
            #expect(verified.head == summary.head && verified.seal == summary.seal)
        }
    }

    @Test("Head depends on the logical records alone; host times and labels change the seal alone")
    func headAndSeal() throws {
        try withTemporaryFolder { root in
            let first = try SmallSession.write(root + "/1")
            let again = try SmallSession.write(root + "/2")
            let later = try SmallSession.write(root + "/3", hostOffset: 1)
            let elsewhere = try SmallSession.write(root + "/4", host: "h2")
            let seeded = try SmallSession.write(root + "/5", seed: 8)
            #expect(first.head == again.head && first.seal == again.seal)
            #expect(first.head == later.head && first.seal != later.seal)
            #expect(first.head == elsewhere.head && first.seal != elsewhere.seal)
            #expect(first.head != seeded.head)
        }
    }

    @Test("A folder that holds something is refused with 77 and stays as it was")
    func notEmpty() throws {
        try withTemporaryFolder { root in
            try write([1], to: root + "/kept")
            let error = #expect(throws: JournalError.self) { try SmallSession.write(root) }
            #expect(error == .notEmpty(path: root) && error?.exitCode == 77)
            #expect(try FileManager.default.contentsOfDirectory(atPath: root) == ["kept"])
        }
    }

    @Test("A folder below a file cannot be made: 77, nothing left behind")
    func unwritable() throws {
        try withTemporaryFolder { root in
            try write([1], to: root + "/file")
            let error = #expect(throws: JournalError.self) { try SmallSession.write(root + "/file/s1") }
            #expect(error?.exitCode == 77)
            #expect(try FileManager.default.contentsOfDirectory(atPath: root) == ["file"])
        }
    }

    @Test("A start that fails half-way removes what it made")
    func startFails() throws {
        try withTemporaryFolder { root in
            var header = SmallSession.header()
            header.inputs.append(JournalInput(role: "limits", name: "../outside", bytes: [1]))
            #expect(throws: JournalError.self) {
                _ = try JournalWriter(directory: root + "/s", ring: ByteRing(capacity: 4096), header: header)
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: root)
            #expect(left.isEmpty)
        }
    }

    @Test("A full ring drops and counts where the inlet may not wait; a record larger than the ring always is")
    func drops() {
        let inlet = JournalInlet(ring: ByteRing(capacity: 256), blocking: false)
        let payload = [UInt8](repeating: 1, count: 40)
        let taken = (0..<10).filter { _ in
            unsafe payload.withUnsafeBytes { unsafe inlet.append(kind: .spikes, tick: 0, payload: $0) }
        }
        // 16 + 40 bytes in a ring frame of 8: 64 each, so that 256 hold 4.
        #expect(taken.count == 4 && inlet.dropped == 6)
        let waiting = JournalInlet(ring: ByteRing(capacity: 256), blocking: true)
        let large = [UInt8](repeating: 1, count: 200)
        let accepted = unsafe large.withUnsafeBytes { unsafe waiting.append(kind: .spikes, tick: 0, payload: $0) }
        #expect(!accepted && waiting.dropped == 1)
    }

    @Test("A blocking inlet loses nothing through a ring much smaller than the session")
    func blocking() throws {
        try withTemporaryFolder { root in
            let summary = try SmallSession.write(root + "/s", ticks: 3000)
            // Header, label, first checkpoint, 3 × 3000, closing.
            #expect(summary.records == 9004 && summary.dropped == 0)
        }
    }

    @Test("The samples of a session are a recording, scaled by the montage; missing ones are NaN")
    func recording() throws {
        try withTemporaryFolder { root in
            try SmallSession.write(root + "/s", ticks: 4)
            let recording = try openRecording(root + "/s")
            #expect(recording.frames == 12 && recording.rate.numerator == 1000)
            let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: 8)
            defer { unsafe values.deallocate() }
            try unsafe recording.read(first: 2, count: 4, into: values)
            // Tick 0, frame 2: counts 4 5; tick 1: 10 … 15; half a unit each.
            #expect(unsafe Array(values) == [2, 2.5, 5, 5.5, 6, 6.5, 7, 7.5])
            #expect(throws: RecordingError.self) { try unsafe recording.read(first: 10, count: 3, into: values) }
        }
    }

    @Test("A payload read past its end gives zeros and says so")
    func payloadEnd() {
        var reader = PayloadReader([1, 2])
        #expect(reader.get(UInt16.self) == 0x0201 && !reader.failed)
        #expect(reader.get(Int64.self) == 0 && reader.failed)
    }
}
