import CLinux
import Glibc

/// Why the guard or the stimulator process could not be started.
public enum GuardSpawnError: Error, Hashable, Sendable {
    /// No socket pair; the errno.
    case socket(Int32)
    /// posix_spawn of this executable failed; the errno.
    case spawn(path: String, code: Int32)
}

/// The processes that ``spawnGuard(guardExecutable:stimulatorExecutable:limits:device:state:record:virtual:)`` started.
public struct GuardedProcesses: Sendable {
    public var link: GuardLink
    public var guardPID: Int32
    /// 0 where no stimulator executable was given.
    public var stimulatorPID: Int32

    /// Asks for SCHED_FIFO for guard (70) and stimulator (60), below the loop's 80: where time is real, a busy machine
    /// must not make the watchdog bark.
    ///
    /// - Returns: false where the system refused, as it does an ordinary user; both then run as before.
    public func raisePriority() -> Bool {
        let ofGuard = ansa_set_fifo_of(guardPID, 70)
        let ofStimulator = stimulatorPID > 0 ? ansa_set_fifo_of(stimulatorPID, 60) : 0
        return ofGuard == 0 && ofStimulator == 0
    }
}

/// Starts the stimulator process and the guard, each in a process group of its own, joined by inherited socket pairs.
///
/// The children ignore SIGINT (a terminal's Ctrl-C is the runtime's to handle). Reap both with waitpid after
/// ``GuardLink/close()``.
///
/// - Parameters:
///   - guardExecutable: `ansa-guard`, beside the runtime's own executable.
///   - stimulatorExecutable: `ansa-virtual-stimulator`.
///   - limits: the limits file; its two signatures lie beside it.
///   - device: the device file.
///   - state: the folder of latch and ledger. For a virtual device without `$ANSA_STATE_DIR` the session's folder.
///   - record: the stimulator's own record, `stimulator.jsonl` in the session's folder.
///   - stimulator: words added to the stimulator's command line: its identity, and faults of the emulation.
///   - subject: pseudonym of the session's subject; empty: the session names none.
///   - virtual: the driver is virtual and `$ANSA_STATE_DIR` is not set: start with an empty ledger and no latch.
///
/// - Returns: the runtime's link, not yet greeted, and both process identifiers.
/// - Throws: ``GuardSpawnError``.
public func spawnGuard(
    guardExecutable: String, stimulatorExecutable: String, limits: String, device: String, state: String,
    record: String, stimulator: [String] = [], subject: String = "", virtual: Bool
) throws(GuardSpawnError) -> GuardedProcesses {
    let runtime = try socketPair()
    let output = try socketPair()
    var arguments = [guardExecutable, "--runtime-fd", "3", "--device-fd", "4", "--limits", limits]
    arguments += ["--device", device, "--state", state]
    if !subject.isEmpty { arguments += ["--subject", subject] }
    if virtual { arguments.append("--fresh") }
    let ends = [runtime.near, runtime.far, output.near, output.far]
    var stimulatorPID: Int32 = 0
    let guardPID: Int32
    do throws(GuardSpawnError) {
        let words = ["--guard-fd", "3", "--device", device, "--record", record] + stimulator
        stimulatorPID = try spawn(stimulatorExecutable, [stimulatorExecutable] + words, descriptors: [output.far])
        guardPID = try spawn(guardExecutable, arguments, descriptors: [runtime.far, output.near])
    } catch {
        // The stimulator ends when its guard's end is closed.
        for descriptor in ends { _ = close(descriptor) }
        if stimulatorPID > 0 { reap(stimulatorPID) }
        throw error
    }
    for descriptor in [runtime.far, output.near, output.far] { _ = close(descriptor) }
    return GuardedProcesses(
        link: GuardLink(socket: runtime.near), guardPID: guardPID, stimulatorPID: stimulatorPID)
}

/// Waits at most two seconds for a child that should end, then ends it.
private func reap(_ process: Int32) {
    var status: Int32 = 0
    for _ in 0..<200 {
        if unsafe waitpid(process, &status, WNOHANG) != 0 { return }
        usleep(10_000)
    }
    kill(process, SIGKILL)
    unsafe waitpid(process, &status, 0)
}

/// A close-on-exec pair whose ends lie above the numbers that a child will use.
private func socketPair() throws(GuardSpawnError) -> (near: Int32, far: Int32) {
    var ends: [Int32] = [-1, -1]
    let code = unsafe ansa_socket_pair(&ends)
    guard code == 0 else { throw .socket(code) }
    for index in 0..<2 {
        let moved = fcntl(ends[index], F_DUPFD_CLOEXEC, 16)
        guard moved >= 0 else { throw .socket(errno) }
        _ = close(ends[index])
        ends[index] = moved
    }
    return (ends[0], ends[1])
}

/// Starts `path` with `descriptors` as 3, 4, …, in a process group of its own.
private func spawn(
    _ path: String, _ arguments: [String], descriptors: [Int32]
) throws(GuardSpawnError) -> Int32 {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (index, descriptor) in descriptors.enumerated() {
        unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(3 + index))
    }
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK))
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    var empty = sigset_t()
    unsafe sigemptyset(&empty)
    unsafe posix_spawnattr_setsigmask(&attributes, &empty)
    var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) }
    unsafe words.append(nil)
    defer { unsafe words.forEach { unsafe free($0) } }
    var process: pid_t = 0
    let code = unsafe posix_spawn(&process, path, &actions, &attributes, words, environ)
    guard code == 0 else { throw .spawn(path: path, code: code) }
    return process
}
