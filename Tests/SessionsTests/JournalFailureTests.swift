import Foundation
import Sessions
import Signal
import Testing

/// A process that is killed, and one that runs out of room, in processes of their own.
@Suite(.serialized) struct JournalFailureTests {
    @Test("After kill -9 of the writing process, the session recovers to a whole record and its samples read")
    func killed() async throws {
        let folder = NSTemporaryDirectory() + "/ansa-sessions-killed-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        await #expect(processExitsWith: .signal(SIGKILL)) {
            let folder = NSTemporaryDirectory() + "/ansa-sessions-killed-\(getppid())"
            let ring = ByteRing(capacity: 1 << 14)
            let writer = try JournalWriter(
                directory: folder, ring: ring, sync: .milliseconds(5), header: SmallSession.header())
            try writer.start()
            SmallSession.run(JournalInlet(ring: ring, blocking: true), ticks: 3000)
            usleep(20_000)
            kill(getpid(), SIGKILL)
            usleep(1_000_000)
        }
        let found = try JournalReader.verify(folder)
        #expect(found.outcome == .recoverable && found.records > 1000, "\(found.damage)")
        try JournalReader.recover(folder)
        #expect(try JournalReader.verify(folder).outcome == .intact)
        #expect(try openRecording(folder).frames > 1000)
    }

    /// RLIMIT_FSIZE gives EFBIG where a full disk gives ENOSPC; both end in the same way, which root and an ordinary
    /// user can test alike.
    @Test("When no more can be written, the failure shows, nobody waits, 74 is the exit code, and the rest is readable")
    func outOfRoom() async throws {
        let folder = NSTemporaryDirectory() + "/ansa-sessions-full-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        await #expect(processExitsWith: .exitCode(74)) {
            let folder = NSTemporaryDirectory() + "/ansa-sessions-full-\(getppid())"
            let ring = ByteRing(capacity: 1 << 14)
            let writer = try JournalWriter(
                directory: folder, ring: ring, sync: .milliseconds(1), header: SmallSession.header())
            var limit = rlimit(rlim_cur: 50_001, rlim_max: 50_001)
            unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            try writer.start()
            let inlet = JournalInlet(ring: ring, blocking: true)
            for _ in 0..<1000 where writer.failure == 0 {
                SmallSession.run(inlet, ticks: 20)
                usleep(2000)
            }
            guard writer.failure == EFBIG else { exit(1) }
            SmallSession.run(inlet, ticks: 3000)
            do throws(JournalError) { try writer.finish() } catch { exit(error.exitCode) }
            exit(2)
        }
        let found = try JournalReader.verify(folder)
        #expect(found.outcome == .recoverable && found.tornBytes == 0 && found.records > 100, "\(found.damage)")
        try JournalReader.recover(folder)
        #expect(try JournalReader.verify(folder).outcome == .intact)
    }
}
