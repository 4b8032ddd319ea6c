import Foundation
import Signal
import Stimulation

/// A guard that starts on the state that an earlier one left, with the test as its runtime.
struct OSSuccessor {
    let processes: GuardedProcesses
    let welcome: GuardWelcome
    let epoch = monotonicNanoseconds()

    init(state: String, limits: String) throws {
        processes = try spawnGuard(
            guardExecutable: Products.folder + "/ansa-guard",
            stimulatorExecutable: Products.folder + "/ansa-virtual-stimulator", limits: limits,
            device: Products.shipped("Devices/virtual-patient.yaml"), state: state,
            record: state + "/successor.jsonl", virtual: false)
        let bytes = FileManager.default.contents(atPath: limits) ?? Data()
        welcome = try processes.link.hello(
            GuardHello(
                session: Words32(8, 8, 8, 8), limitsHash: hashOfLimits([UInt8](bytes)), epoch: epoch,
                virtualTime: false, hasFIFO: false))
    }

    /// A healthy record and its answer.
    func exchange(_ order: RuntimeOrder, reason: String = "") -> GuardReport? {
        var record = RuntimeRecord()
        record.order = order
        record.now = Microseconds(sessionMicroseconds(at: monotonicNanoseconds(), epoch: epoch))
        record.health = .max
        record.evidence = .healthy(
            mode: .closedLoop, leaseEnd: Microseconds(record.now.value + 250_000), validChannels: 3)
        record.reason = Reason(reason)
        guard processes.link.send(&record) else { return nil }
        return processes.link.receiveBlocking(timeoutMilliseconds: 5_000)
    }

    /// Ends and reaps both processes.
    func close() {
        processes.link.close()
        for process in [processes.guardPID, processes.stimulatorPID] {
            var status: Int32 = 0
            unsafe waitpid(process, &status, 0)
        }
    }
}

extension OSRig {
    /// The next session's guard, on this one's latch.
    func successor() throws -> OSSuccessor { try OSSuccessor(state: folder, limits: limits) }
}
