import Interlocks
import Signal
import Testing

/// FI-32: two controllers want one contact.
struct GateOwnershipTests {
    @Test("FI-32 the second controller of a contact is denied, and nothing else: the first goes on, without a latch")
    func twoControllers() throws {
        let rig = try GateRig()
        rig.evidence.controller = 0
        try rig.ramp(to: 300_000)
        rig.evidence.controller = 1
        #expect(rig.offer() == [.ownership])
        #expect(rig.machine.mode == .openLoop)
        #expect(reaction(of: .ownership, evidence: rig.evidence, under: rig.limits) == .deny)
        rig.evidence.controller = 0
        #expect(rig.offer() == [])
        try rig.checkRecord(atLeast: 3)
    }
}
