import Interlocks
import Signal
import Testing

/// What the third of a kind asks for, and what asks for the latch at once (safety reference, catalogue).
@Suite struct ReactionTests {
    static func evidence(_ change: (inout Evidence) -> Void) -> Evidence {
        var evidence = Evidence.healthy(mode: .closedLoop, leaseEnd: Microseconds(0), validChannels: 8)
        change(&evidence)
        return evidence
    }

    static func react(_ bits: InterlockSet, _ change: (inout Evidence) -> Void) -> Reaction {
        reaction(of: bits, evidence: evidence(change), under: Rig.exampleLimits)
    }

    @Test(
        "The third uncertain delivery latches, and an impossible count does too",
        arguments: [
            (1, Reaction.deny), (2, .deny), (3, [.deny, .latch]), (.max, [.deny, .latch]), (-1, [.deny, .latch]),
        ]
            as [(Int64, Reaction)])
    func uncertain(count: Int64, expected: Reaction) {
        #expect(Self.react(.uncertainDelivery) { $0.uncertainDeliveries = count } == expected)
        #expect(Self.react(.amplitude) { $0.uncertainDeliveries = count } == .deny, "another bit does not count them")
    }

    @Test(
        "The third time at the compliance limit ends output and latches",
        arguments: [(0, Reaction.deny), (2, .deny), (3, [.deny, .zero, .latch]), (-1, [.deny, .zero, .latch])]
            as [(Int64, Reaction)])
    func compliance(count: Int64, expected: Reaction) {
        #expect(Self.react(.compliance) { $0.complianceEvents = count } == expected)
        #expect(Self.react(.amplitude) { $0.complianceEvents = count } == .deny)
    }

    /// The example's hard residual voltage is 100 mV.
    @Test("Residual voltage over the hard bound ends output and latches the first time, if the device reports it")
    func residual() {
        for (voltage, expected) in [(100_000, Reaction.deny), (100_001, [.deny, .zero, .latch])] {
            #expect(Self.react(.compliance) { $0.residualVoltage = Int64(voltage) } == expected)
        }
        #expect(Self.react(.amplitude) { $0.residualVoltage = 100_001 } == .deny)
        var limits = Rig.exampleLimits
        limits.residualVoltage = nil
        let high = Self.evidence { $0.residualVoltage = .max }
        #expect(reaction(of: .compliance, evidence: high, under: limits) == .deny)
    }

    @Test("A decision that is not finite is denied without a ramp and latches the third time; a doubtful one ramps")
    func decoder() {
        let notFinite = { (count: Int64) in
            Self.react(.decoderValidity) { ($0.decoderValid, $0.nonFiniteDecisions) = (false, count) }
        }
        #expect(notFinite(1) == .deny && notFinite(2) == .deny)
        #expect(notFinite(3) == [.deny, .latch] && notFinite(-1) == [.deny, .latch])
        #expect(Self.react(.decoderValidity) { $0.nonFiniteDecisions = 3 } == [.deny, .rampToFallback])
        let both = Self.react([.decoderValidity, .sampleAge]) { $0.decoderValid = false }
        #expect(both == [.deny, .rampToFallback], "what else asks for the ramp still does")
    }

    @Test(
        "Without output nothing ramps and no flag is set; what latches does so in every mode", arguments: Mode.allCases)
    func modes(mode: Mode) {
        let react = { (bits: InterlockSet) in Self.react(bits) { $0.mode = mode } }
        let hasOutput = [.openLoop, .closedLoop, .fallback].contains(mode)
        #expect(react(.tokenStale) == (hasOutput ? [.deny, .rampToFallback, .latchFlag] : .deny))
        #expect(react(.doseWindow) == (hasOutput && mode != .fallback ? [.deny, .rampToFallback] : .deny))
        #expect(react(.leaseExpired) == [.deny, .latch])
        #expect(react(.stop) == [.deny, .zero, .latch])
        #expect(react(.contactOrPair) == [.deny, .latch])
        #expect(react([]) == [])
    }
}
