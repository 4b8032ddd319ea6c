import Interlocks
import Signal
import Testing

/// The machine of modes of Safety.md.
@Suite struct ModeMachineTests {
    /// A machine that was brought to `mode` by events alone.
    static func machine(in mode: Mode) -> ModeMachine {
        var machine = ModeMachine()
        if mode == .latched { machine.latch(.stop) }
        guard mode != .off, mode != .latched, machine.arm(), mode != .armed else { return machine }
        guard machine.start(closedLoop: mode == .closedLoop) else { return machine }
        if mode == .fallback { machine.degrade(to: .openLoopBaseline) }
        return machine
    }

    struct Row: Sendable {
        let event: String
        let apply: @Sendable (inout ModeMachine) -> Void
        /// From off, armed, openLoop, closedLoop, fallback, latched.
        let to: [Mode]
    }

    static let rows = [
        Row(
            event: "arm", apply: { _ = $0.arm() },
            to: [.armed, .armed, .openLoop, .closedLoop, .fallback, .latched]),
        Row(
            event: "start open", apply: { _ = $0.start(closedLoop: false) },
            to: [.off, .openLoop, .openLoop, .closedLoop, .fallback, .latched]),
        Row(
            event: "start closed", apply: { _ = $0.start(closedLoop: true) },
            to: [.off, .closedLoop, .closedLoop, .closedLoop, .fallback, .latched]),
        Row(
            event: "leave closed loop", apply: { _ = $0.leaveClosedLoop() },
            to: [.off, .armed, .openLoop, .openLoop, .fallback, .latched]),
        Row(
            event: "resume", apply: { _ = $0.resume() },
            to: [.off, .armed, .openLoop, .closedLoop, .closedLoop, .latched]),
        Row(event: "disarm", apply: { $0.disarm() }, to: [.off, .off, .fallback, .fallback, .fallback, .latched]),
        Row(
            event: "degrade", apply: { $0.degrade(to: .rampOff) },
            to: [.off, .armed, .fallback, .fallback, .fallback, .latched]),
        Row(
            event: "ramp ended", apply: { $0.rampEnded() },
            to: [.off, .armed, .openLoop, .closedLoop, .off, .latched]),
        Row(event: "latch", apply: { $0.latch(.contactOrPair) }, to: Array(repeating: .latched, count: 6)),
        Row(
            event: "acknowledge", apply: { _ = $0.acknowledge() },
            to: [.off, .armed, .openLoop, .closedLoop, .fallback, .off]),
    ]

    @Test("Every event leads from every mode where the table says")
    func transitions() {
        for row in ModeMachineTests.rows {
            for (from, to) in zip(Mode.allCases, row.to) {
                var machine = ModeMachineTests.machine(in: from)
                #expect(machine.mode == from)
                row.apply(&machine)
                #expect(machine.mode == to, "\(row.event) from \(from)")
                #expect((machine.fallback != nil) == (machine.mode == .fallback))
            }
        }
    }

    @Test("No path leads from latched to output without an acknowledgement and a new arming")
    func latchHolds() {
        var machine = ModeMachineTests.machine(in: .closedLoop)
        machine.latch([])
        #expect(machine.latch == .stop)
        for row in ModeMachineTests.rows where row.event != "acknowledge" { row.apply(&machine) }
        #expect(machine.mode == .latched)
        let isAcknowledged = machine.acknowledge()
        #expect(isAcknowledged)
        let started = machine.start(closedLoop: true)
        #expect(!started && machine.mode == .off)
        let isArmed = machine.arm()
        #expect(isArmed && machine.latch == [])
    }

    @Test("A fallback with the latch flag neither resumes nor, once off, arms before an acknowledgement")
    func latchFlagHolds() {
        var machine = ModeMachineTests.machine(in: .closedLoop)
        machine.degrade(to: .openLoopBaseline, flag: .tokenStale)
        machine.degrade(to: .openLoopBaseline)
        let resumed = machine.resume()
        #expect(!resumed && machine.mode == .fallback && machine.latch == .tokenStale)
        machine.rampEnded()
        var isArmed = machine.arm()
        #expect(!isArmed)
        let isAcknowledged = machine.acknowledge()
        isArmed = machine.arm()
        #expect(isAcknowledged && isArmed)
    }

    @Test("A disarm ramps off from output, and a ramp-off does not resume")
    func disarmRamps() {
        var machine = ModeMachineTests.machine(in: .openLoop)
        machine.disarm()
        let resumed = machine.resume()
        #expect(machine.fallback == .rampOff && !resumed)
    }

    @Test("A session that starts with a latch left behind starts latched")
    func latchIsKeptAcrossSessions() {
        var machine = ModeMachine(latch: .readBack)
        let isArmed = machine.arm()
        #expect(machine.mode == .latched && !isArmed)
        #expect(ModeMachine().mode == .off)
    }
}
