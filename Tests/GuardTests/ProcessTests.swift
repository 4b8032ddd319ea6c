import Configuration
import Glibc
import Guard
import Interlocks
import Signal
import Stimulation
import Testing

/// The guard and the stimulator as built, over sockets, on the shipped limits (`on_watchdog: stop`).
@Suite(.serialized, .enabled(if: ProcessBench.products != "", "needs the built executables beside the tests"))
struct ProcessTests {
    @Test("A session of its own limits arms, delivers inside the envelope, disarms and leaves no latch")
    func wholeSession() throws {
        let bench = try ProcessBench()
        let welcome = try bench.hello()
        #expect(welcome.limitsArmable && welcome.isVirtual && welcome.latch == 0)
        #expect(welcome.tokenTimeout.value == 100_000)
        #expect(bench.exchange(.arm, at: bench.now)?.mode == .armed)
        let reports = bench.stimulate(milliseconds: 300)
        #expect(reports.contains { $0.proposalPermitted })
        #expect(reports.allSatisfy { $0.leaseEnd.value <= $0.now.value + 250_000 })
        var last = bench.exchange(.disarm, at: bench.now)
        for _ in 0..<400 where last?.mode == .fallback {
            usleep(5000)
            last = bench.exchange(at: bench.now)
        }
        #expect(last?.mode == .off && last?.latch == 0)
        bench.processes.link.close()
        #expect(ProcessBench.exitCode(of: bench.processes.guardPID) == 0)
        #expect(ProcessBench.exitCode(of: bench.processes.stimulatorPID) == 0)
        let pulses = try bench.pulseTimes()
        #expect(Int64(pulses.count) == last?.deliveredPulses && pulses.count > 10)
        #expect(unsafe access(bench.folder + "/latch", F_OK) != 0)
    }

    @Test("When the runtime's end closes the guard latches, exits 3, and the device records no pulse afterwards")
    func runtimeKilled() throws {
        let bench = try ProcessBench()
        _ = try bench.hello()
        _ = bench.exchange(.arm, at: bench.now)
        #expect(bench.stimulate(milliseconds: 200).contains { $0.proposalPermitted })
        bench.processes.link.close()
        let closed = bench.now
        #expect(ProcessBench.exitCode(of: bench.processes.guardPID) == 3)
        #expect(ProcessBench.exitCode(of: bench.processes.stimulatorPID) == 0)
        // on_watchdog: stop; 100 ms is the token timeout of this bench, far above the turn of a loaded machine.
        #expect(try bench.pulseTimes().allSatisfy { $0 < closed + 100_000 })
        #expect(try bench.lines().contains { $0.contains("\"event\":\"stopped\"") })
        let latch = String(decoding: try readFile(bench.folder + "/latch"), as: UTF8.self)
        #expect(latch == "ansa.latch/1 8\n")

        let next = try ProcessBench(fresh: false, folder: bench.folder)
        #expect(try next.hello().latch == 8)
        let refused = next.exchange(.arm, at: next.now)
        let flags = refused?.flags ?? []
        #expect(flags.contains(.orderRefused))
        #expect(next.exchange(.acknowledge, at: next.now, reason: "test")?.mode == .off)
        #expect(next.exchange(.arm, at: next.now)?.mode == .armed)
        _ = next.exchange(.disarm, at: next.now)
        next.processes.link.close()
        #expect(ProcessBench.exitCode(of: next.processes.guardPID) == 0)
        #expect(ProcessBench.exitCode(of: next.processes.stimulatorPID) == 0)
    }

    @Test("When the guard is killed the device's own lease of at most 250 ms ends output")
    func guardKilled() throws {
        let bench = try ProcessBench()
        _ = try bench.hello()
        _ = bench.exchange(.arm, at: bench.now)
        _ = bench.stimulate(milliseconds: 200)
        // A train of 25 pulses, 7,692 µs apart, that would run for 192 ms; its last lease is at most 250 ms.
        let ramped = bench.exchange(at: bench.now, proposing: pulse(1_000_000, at: bench.now + 30_000, pulses: 25))
        #expect(ramped?.proposalPermitted ?? false)
        kill(bench.processes.guardPID, SIGKILL)
        let killed = bench.now
        #expect(ProcessBench.exitCode(of: bench.processes.guardPID) == nil)
        #expect(ProcessBench.exitCode(of: bench.processes.stimulatorPID) == 0)
        bench.processes.link.close()
        #expect(try bench.pulseTimes().allSatisfy { $0 <= killed + 250_000 })
        #expect(try bench.lines().contains { $0.contains("\"event\":\"lease-ended\"") })
    }

    @Test("SIGTERM to the guard is a stop input: zero output, latch, and the runtime is told")
    func stopSignal() throws {
        let bench = try ProcessBench()
        _ = try bench.hello()
        _ = bench.exchange(.arm, at: bench.now)
        _ = bench.stimulate(milliseconds: 100)
        kill(bench.processes.guardPID, SIGINT)
        #expect(bench.exchange(at: bench.now)?.mode == .closedLoop)
        kill(bench.processes.guardPID, SIGTERM)
        usleep(50_000)
        let report = bench.exchange(at: bench.now)
        #expect(report?.mode == .latched)
        let latch = InterlockSet(rawValue: report?.latch ?? 0)
        #expect(latch.contains(.stop))
        bench.processes.link.close()
        #expect(ProcessBench.exitCode(of: bench.processes.guardPID) == 3)
        #expect(ProcessBench.exitCode(of: bench.processes.stimulatorPID) == 0)
    }

    @Test("In virtual time two runs of the same records give the same reports and the same device record")
    func virtualTime() throws {
        var runs: [(reports: [GuardReport], lines: [String])] = []
        for _ in 0..<2 {
            let bench = try ProcessBench()
            _ = try bench.hello(virtualTime: true)
            var reports = [bench.exchange(.arm, at: 0)]
            for step in 1...40 {
                let time = Int64(step) * 10_000
                let amplitude = min(Int64(step), 10) * 100_000
                reports.append(bench.exchange(at: time, proposing: pulse(amplitude, at: time + 15_000)))
            }
            reports.append(bench.exchange(.disarm, at: 410_000))
            bench.processes.link.close()
            #expect(ProcessBench.exitCode(of: bench.processes.guardPID) == 0)
            #expect(ProcessBench.exitCode(of: bench.processes.stimulatorPID) == 0)
            runs.append((reports.compactMap { $0 }, try bench.lines()))
        }
        #expect(runs[0].reports.count == 42 && runs[0].reports == runs[1].reports)
        // After the sockets end, time runs on by the wall: the last line's stamp is no longer virtual.
        #expect(runs[0].lines.dropLast() == runs[1].lines.dropLast() && runs[0].lines.count == runs[1].lines.count)
        // Pulses start at 25, 35, …, 415 ms; those before the stop at 410 ms have left.
        #expect(runs[0].reports[41].deliveredPulses == 39)
    }

    @Test("A limits file changed by one byte does not arm; one that the runtime does not hold is refused with a latch")
    func changedLimits() throws {
        let changed = ProcessBench.newFolder() + "/changed.limits.yaml"
        let original = try readFile(ProcessBench.limits)
        let descriptor = unsafe open(changed, O_WRONLY | O_CREAT, 0o600)
        _ = unsafe write(descriptor, original + [0x0a], original.count + 1)
        close(descriptor)
        let bench = try ProcessBench(limits: changed)
        #expect(try !bench.hello(limits: changed).limitsArmable)
        let refused = bench.exchange(.arm, at: bench.now)
        let verdict = InterlockSet(rawValue: refused?.verdict ?? 0)
        #expect(verdict.contains(.limitsInvalid))
        bench.processes.link.close()
        // Every child is waited for: the exit tests of this process look at any child that has ended.
        #expect(ProcessBench.exitCode(of: bench.processes.guardPID) == 0)
        #expect(ProcessBench.exitCode(of: bench.processes.stimulatorPID) == 0)
        let other = try ProcessBench(limits: changed)
        #expect(throws: GuardLinkError.refused(.limitsDiffer)) { try other.hello() }
        #expect(ProcessBench.exitCode(of: other.processes.guardPID) == 3)
        #expect(ProcessBench.exitCode(of: other.processes.stimulatorPID) == 0)
    }

    /// The shipped limits: 40 µC a second.
    @Test("The ledger is on the disk while a session runs; a damaged one counts as full windows, a lost one too")
    func ledgerOnDisk() throws {
        let bench = try ProcessBench(fresh: false)
        _ = try bench.hello()
        #expect(bench.exchange(.arm, at: bench.now)?.mode == .armed)
        #expect(bench.stimulate(milliseconds: 300).contains { $0.proposalPermitted })
        kill(bench.processes.guardPID, SIGKILL)
        bench.processes.link.close()
        #expect(ProcessBench.exitCode(of: bench.processes.guardPID) == nil)
        #expect(ProcessBench.exitCode(of: bench.processes.stimulatorPID) == 0)
        let file = try #require(StopFolders.names(in: bench.folder).first { $0.hasPrefix("ledger.") })
        let record = try #require(LedgerRecord(try readFile(bench.folder + "/" + file)))
        #expect(record.isOpen)
        for isDamaged in [true, false] {
            if isDamaged {
                let descriptor = unsafe open(bench.folder + "/" + file, O_WRONLY | O_TRUNC)
                #expect(unsafe write(descriptor, [UInt8(1)], 1) == 1)
                close(descriptor)
            } else {
                #expect(unsafe unlink(bench.folder + "/" + file) == 0)
            }
            let next = try ProcessBench(fresh: false, folder: bench.folder)
            _ = try next.hello()
            let armed = next.exchange(.arm, at: next.now)
            #expect(armed?.mode == .armed, "verdict \(armed?.verdict ?? 0), latch \(armed?.latch ?? 0)")
            let report = next.exchange(at: next.now, proposing: pulse(100_000, at: next.now + 20_000))
            let verdict = InterlockSet(rawValue: report?.verdict ?? 0)
            #expect(verdict.contains(.doseWindow) && report?.proposalPermitted == false)
            _ = next.exchange(.disarm, at: next.now)
            next.processes.link.close()
            #expect(ProcessBench.exitCode(of: next.processes.guardPID) == 0)
            #expect(ProcessBench.exitCode(of: next.processes.stimulatorPID) == 0)
            let left = LedgerRecord(try readFile(bench.folder + "/" + file))
            #expect(left?.isOpen == false)
        }
    }

    @Test("A stop over the guard's own socket ends output and is answered, though the runtime says nothing")
    func stopSocket() throws {
        let bench = try ProcessBench()
        _ = try bench.hello()
        _ = bench.exchange(.arm, at: bench.now)
        _ = bench.stimulate(milliseconds: 100)
        let stopped = stopGuards(only: bench.processes.guardPID)
        let answer = try #require(stopped.first?.answer)
        #expect(stopped.count == 1 && answer.isZero)
        #expect(InterlockSet(rawValue: answer.latch).contains(.stop))
        bench.processes.link.close()
        #expect(ProcessBench.exitCode(of: bench.processes.guardPID) == 3)
        #expect(ProcessBench.exitCode(of: bench.processes.stimulatorPID) == 0)
        #expect(try bench.lines().contains { $0.contains("\"event\":\"stopped\"") })
        // A number that no guard has any more is nobody's.
        #expect(stopGuards(only: bench.processes.guardPID).isEmpty)
    }

    @Test("SIGUSR1 to the stimulator is its own stop button: the guard reads it in a frame and latches IL-05")
    func stopButton() throws {
        let bench = try ProcessBench()
        _ = try bench.hello()
        _ = bench.exchange(.arm, at: bench.now)
        _ = bench.stimulate(milliseconds: 100)
        kill(bench.processes.stimulatorPID, SIGUSR1)
        _ = bench.stimulate(milliseconds: 50)
        let latch = InterlockSet(rawValue: bench.exchange(at: bench.now)?.latch ?? 0)
        #expect(latch.contains(.stop))
        bench.processes.link.close()
        #expect(ProcessBench.exitCode(of: bench.processes.guardPID) == 3)
        #expect(ProcessBench.exitCode(of: bench.processes.stimulatorPID) == 0)
    }

    /// A stand-in for the stimulator, which says when its socket has ended.
    @Test("Where the guard cannot be started, the stimulator that was started for it ends")
    func spawnFails() throws {
        let folder = ProcessBench.newFolder()
        let script = [UInt8]("#!/bin/sh\ncat <&3 >/dev/null\necho ended >\"$6\"\n".utf8)
        let descriptor = unsafe open(folder + "/stimulator", O_WRONLY | O_CREAT | O_CLOEXEC, 0o755)
        #expect(unsafe write(descriptor, script, script.count) == script.count)
        close(descriptor)
        #expect(throws: GuardSpawnError.spawn(path: folder + "/absent", code: ENOENT)) {
            try spawnGuard(
                guardExecutable: folder + "/absent", stimulatorExecutable: folder + "/stimulator",
                limits: ProcessBench.limits, device: ProcessBench.device, state: folder, record: folder + "/ended",
                virtual: true)
        }
        #expect(try readFile(folder + "/ended") == [UInt8]("ended\n".utf8))
    }
}
