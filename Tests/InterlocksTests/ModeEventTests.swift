import Interlocks
import Signal
import Testing

/// What each event of the machine of modes answers, and what it leaves alone; the table is safety.md's §1.
@Suite struct ModeEventTests {
    static func machine(_ closedLoop: Bool) -> ModeMachine {
        var machine = ModeMachine()
        let isStarted = machine.arm() && machine.start(closedLoop: closedLoop)
        #expect(isStarted)
        return machine
    }

    @Test("A latch that was left behind is the latch of the machine")
    func leftBehind() {
        #expect(ModeMachine(latch: .readBack).latch == .readBack)
    }

    @Test("Open loop is not started twice, and closed loop goes back to open loop once")
    func startAndLeave() {
        var machine = Self.machine(false)
        let answers = [
            machine.start(closedLoop: false), machine.leaveClosedLoop(), machine.start(closedLoop: true),
            machine.leaveClosedLoop(),
        ]
        #expect(answers == [false, false, true, true])
        #expect(machine.mode == .openLoop)
    }

    @Test("A hold and a baseline resume, each with the answer true")
    func resumes() {
        for kind in [Fallback.holdThenOff, .openLoopBaseline] {
            var machine = Self.machine(true)
            machine.degrade(to: kind)
            let isResumed = machine.resume()
            #expect(isResumed && machine.mode == .closedLoop)
        }
    }

    @Test("A latch keeps its own reason; only an empty one is a stop")
    func reasons() {
        var machine = Self.machine(true)
        machine.latch(.readBack)
        #expect(machine.latch == .readBack)
        machine = Self.machine(true)
        machine.latch([])
        #expect(machine.latch == .stop)
    }

    @Test("Without a latch there is nothing to acknowledge; a flag is taken from a fallback that goes on")
    func acknowledgements() {
        var machine = Self.machine(true)
        let hadLatch = machine.acknowledge()
        #expect(!hadLatch && machine.mode == .closedLoop)
        machine.degrade(to: .openLoopBaseline, flag: .tokenStale)
        let hadFlag = machine.acknowledge()
        #expect(hadFlag)
        #expect(machine.mode == .fallback && machine.latch.isEmpty)
    }
}
