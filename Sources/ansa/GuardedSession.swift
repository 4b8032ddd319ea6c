import CLinux
import Configuration
import Foundation
import Interlocks
import Loop
import Sessions
import Signal
import Stimulation

/// The guard's and the stimulator's processes of one run, greeted and ready.
struct GuardedSession {
    let link: GuardLink
    /// CLOCK_MONOTONIC of the session's time 0, as the guard was told.
    let epoch: UInt64
    /// Guard and stimulator run under SCHED_FIFO.
    let hasRealtimePriority: Bool
    /// What the guard gave up before it served.
    let confinement: GuardConfinement
    private let processes: GuardedProcesses

    /// Starts both and introduces the runtime.
    ///
    /// - Throws: exit 3 for a latch that is not acknowledged, 65 where the guard refuses the limits, 1 otherwise.
    init(
        _ inputs: RunInputs, directory: String, pace: Pace, subject: String, acknowledge: String?, arms: Bool,
        faults: [String] = []
    ) throws(Failure) {
        guard let limits = inputs.limitsFile else { throw Failure(ExitCode.badFile, "no limits") }
        let state = Terminal.environment("ANSA_STATE_DIR")
        let beside = Self.executableFolder
        do throws(GuardSpawnError) {
            processes = try spawnGuard(
                guardExecutable: beside + "/ansa-guard", stimulatorExecutable: beside + "/ansa-virtual-stimulator",
                limits: limits.path, device: inputs.deviceFile.path, state: state.isEmpty ? directory : state,
                record: directory + "/stimulator.jsonl", stimulator: Self.identity(inputs) + faults, subject: subject,
                virtual: state.isEmpty && inputs.device.isVirtual)
        } catch {
            throw Failure(ExitCode.failed, "the guard could not be started: \(error)")
        }
        link = processes.link
        // The loop's thread will ask for priority 80 and locked memory: whether it gets them is tried beforehand.
        // An emulation does without: 20 ms latch on a machine that others use, and there is nobody to protect.
        let isRealtime =
            pace == .real && !inputs.device.isVirtual && ansa_set_fifo_of(processes.stimulatorPID, 80) == 0
            && ansa_lock_memory() == 0
        hasRealtimePriority = pace == .real && processes.raisePriority()
        epoch = ansa_monotonic_nanoseconds() + LiveLoop.lead
        var random = SystemRandomNumberGenerator()
        let session = Words32(bytes: (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) })
        let words = Hash256(of: limits.bytes + (inputs.overlayFile?.bytes ?? [])).words
        let welcome: GuardWelcome
        do throws(GuardLinkError) {
            welcome = try link.hello(
                GuardHello(
                    session: session, limitsHash: Words32(words.0, words.1, words.2, words.3), epoch: epoch,
                    virtualTime: pace == .max, hasFIFO: hasRealtimePriority && isRealtime))
        } catch {
            Self.end(processes)
            throw Self.failure(error, limits: limits.path, arms: arms)
        }
        confinement = welcome.confinement
        guard arms, welcome.latch != 0 else { return }
        try release(latch: welcome.latch, reason: acknowledge)
    }

    /// What the emulated stimulator says that it is: what the device file that the runtime read calls it.
    private static func identity(_ inputs: RunInputs) -> [String] {
        guard let stimulator = inputs.device.stimulator else { return [] }
        return ["--model", stimulator.model, "--serial", stimulator.serial, "--firmware", stimulator.firmware]
    }

    /// A latch refuses arming until somebody says why it may be lifted.
    private func release(latch: UInt64, reason: String?) throws(Failure) {
        guard let reason, !reason.isEmpty else {
            end()
            throw Failure(
                ExitCode.latched,
                "the guard is latched: \(interlockNames(latch)). Find the cause, then run with "
                    + "--acknowledge \"reason\""
            )
        }
        var record = RuntimeRecord()
        record.order = .acknowledge
        record.health = .max
        record.reason = Reason(reason)
        let isSent = link.send(&record)
        guard isSent, let report = link.receiveBlocking(timeoutMilliseconds: 1_000), report.latch == 0 else {
            end()
            throw Failure(ExitCode.latched, "the guard did not lift its latch: \(interlockNames(latch))")
        }
    }

    private static func failure(_ error: GuardLinkError, limits: String, arms: Bool) -> Failure {
        switch error {
        case .refused(let status):
            Failure(ExitCode.badFile, "the guard refuses to serve \(limits): \(status)")
        case .closed, .silent, .malformed:
            Failure(ExitCode.failed, "the guard did not answer: \(error)")
        }
    }

    /// Closes the socket and waits for both processes, at most three seconds.
    ///
    /// - Returns: False: the guard's latch or the stimulator's own record could not be written.
    @discardableResult func end() -> Bool { Self.end(processes) }

    @discardableResult private static func end(_ processes: GuardedProcesses) -> Bool {
        processes.link.close()
        var areKept = true
        for process in [processes.guardPID, processes.stimulatorPID] where process > 0 {
            var status: Int32 = 0
            for _ in 0..<300 where unsafe waitpid(process, &status, WNOHANG) == 0 { usleep(10_000) }
            let isExit = status & 0x7f == 0
            if isExit && status >> 8 & 0xff == ExitCode.inputOutput { areKept = false }
        }
        return areKept
    }

    private static var executableFolder: String {
        let path =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    }
}
