import Sessions
import Signal
import Stimulation
import Testing

@testable import Loop

/// Several loops between one source and one guard.
@Suite("Loops side by side")
struct LanesTests {
    private static func report(lead: Int64, _ change: (inout SafetyRecord) -> Void = { _ in }) -> SafetyRecord {
        var record = ClosedLoopRig.sound(at: 0)
        record.lead = lead
        change(&record)
        return record
    }

    private static var state: StimulationState {
        StimulationState(hasGuard: true, safetyPeriod: 5_000_000, leads: [0, 1])
    }

    @Test("A refusal, an echo and a compliance flag are those of the lead that the report names")
    func byLead() {
        let state = Self.state
        state.consume(Self.report(lead: 0))
        state.consume(
            Self.report(lead: 1) { record in
                (record.verdict, record.echoPulses, record.echoAmplitude) = (1 << 20, 1, 700_000)
                record.flags |= Int64(GuardFlags.compliance.rawValue)
            })
        #expect(state.lanes.map(\.wasRefused) == [false, true])
        #expect(state.lanes.map(\.isAtCompliance) == [false, true])
        #expect(state.lanes.map { $0.accepted?.amplitude.value } == [nil, 700_000])
    }

    @Test("Output begins when every loop may enter, and a session is at rest when every lead is")
    func all() {
        let state = Self.state
        state.lanes[0].mayEnter = true
        #expect(!state.mayEnter && state.isAtRest)
        state.lanes[1].mayEnter = true
        state.lanes[1].isAtRest = false
        #expect(state.mayEnter && !state.isAtRest)
    }

    /// Acquisition is bit 0; conditioning, decoding and stimulation take three bits a loop.
    @Test("Every stage of every loop has a bit of its own in the token")
    func bits() {
        #expect(Slot.bits(lanes: 1) == 0b1111)
        #expect(Slot.bits(lanes: 2) == 0b111_1111)
        #expect(Slot.bits(lanes: 8) == 0x1FF_FFFF)
        var seen: UInt64 = Slot.acquire.bit(lane: 1)
        for lane in 0..<8 {
            for slot in [Slot.condition, .decode, .stimulate] {
                #expect(seen & slot.bit(lane: lane) == 0)
                seen |= slot.bit(lane: lane)
            }
        }
        #expect(seen == Slot.bits(lanes: 8))
    }

    @Test("A stage's number in a journal says its loop, and that of the first loop is the stage's own")
    func numbers() {
        for stage in StageNumber.allCases {
            #expect(stage.number(lane: 0) == stage.rawValue)
            for lane in 0..<8 {
                let number = stage.number(lane: lane)
                #expect(StageNumber(number: number) == stage && StageNumber.lane(ofNumber: number) == lane)
            }
        }
    }

    @Test("A difference in a replay names the loop where there are several")
    func divergence() {
        let comparison = RecordComparison(loops: ["left", "right"])
        comparison.expect([])
        unsafe comparison.compare(
            .decision, .decoding, lane: 1, tick: 7, bytes: UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(
            comparison.divergence?.description
                == "first difference: stage decoding, loop right, tick 7: a decision that the journal lacks")
    }
}
