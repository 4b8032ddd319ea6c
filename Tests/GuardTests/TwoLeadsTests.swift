import Interlocks
import Signal
import Stimulation
import Testing

@testable import Guard

/// Two leads that share no contact, one guard: what is by lead, and what is one for all.
@Suite("A guard of two leads")
struct TwoLeadsTests {
    /// Contacts 0 and 1 are the first lead's, 2 and 3 the second's.
    static func limits(_ change: (inout Limits) -> Void = { _ in }) -> Limits {
        var limits = testLimits()
        limits.contacts = Array(repeating: limits.contacts[0], count: 4)
        limits.pairs = [
            ContactPair(cathodes: [0], anodes: [1], lead: 0), ContactPair(cathodes: [2], anodes: [3], lead: 1),
        ]
        change(&limits)
        return limits
    }

    /// A token of the loop for `lead`, with a proposal on its pair.
    static func token(
        _ bench: inout Bench, lead: Int, at now: Int64, _ segment: Segment? = nil, mode: Mode = .closedLoop
    ) -> GuardReport {
        var record = bench.record(at: now, mode: mode)
        record.lead = UInt8(lead)
        record.evidence.controller = Int32(lead)
        record.hasProposal = true
        record.segment = segment ?? .rest(at: Microseconds(now))
        if segment != nil { record.segment.pair = Int32(lead) }
        return bench.send(record, at: now)
    }

    /// Both leads up to 300 µA and 500 µA, the last pulses at 90 ms and 93 ms.
    static func running(_ limits: Limits) -> Bench {
        var bench = Bench(limits: limits)
        _ = bench.arm(at: 0)
        for step in 1...8 {
            let time = Int64(step) * 10_000
            for (lead, most) in [(0, Int64(3)), (1, 5)] {
                let segment = pulse(min(Int64(step), most) * 100_000, at: time + 10_000 + Int64(lead) * 3_000)
                #expect(token(&bench, lead: lead, at: time, segment).proposalPermitted)
            }
        }
        return bench
    }

    @Test("Proposals of two leads are judged by their own histories, and each answer names its lead")
    func independent() {
        var bench = Self.running(Self.limits())
        // The largest step is 500 µA: 900 µA is 400 from the second lead's 500, and 600 from the first lead's 300.
        let far = Self.token(&bench, lead: 0, at: 90_000, pulse(900_000, at: 100_000))
        #expect(InterlockSet(rawValue: far.verdict) == .ramp && far.lead == 0)
        let near = Self.token(&bench, lead: 1, at: 90_000, pulse(900_000, at: 103_000))
        #expect(near.proposalPermitted && near.lead == 1 && near.segment.pair == 1)
        #expect(bench.core.mode == .closedLoop && bench.core.refusals == 1)
    }

    /// 8 pulses of 60 µs: on the first lead 100, 200 and six times 300 µA; on the second 100 to 400 and four times 500.
    @Test("The charge of one lead fills no window of the other")
    func ledgers() {
        let bench = Self.running(Self.limits())
        let now = Microseconds(95_000)
        let charges = (0..<4).map { bench.core.windowCharge(contact: $0, window: 0, at: now).value }
        #expect(charges == [126_000_000, 126_000_000, 180_000_000, 180_000_000])
    }

    @Test("One full window denies its own lead and no pulse of the other")
    func fullWindow() {
        var bench = Self.running(Self.limits { $0.doseWindows[0].charge = Femtocoulombs(190_000_000) })
        let full = Self.token(&bench, lead: 1, at: 90_000, pulse(500_000, at: 103_000))
        #expect(InterlockSet(rawValue: full.verdict) == .doseWindow)
        var other = Self.running(Self.limits { $0.doseWindows[0].charge = Femtocoulombs(190_000_000) })
        #expect(Self.token(&other, lead: 0, at: 90_000, pulse(300_000, at: 100_000)).proposalPermitted)
    }

    @Test("A lost runtime ramps both leads off, each from its own amplitude")
    func rampOff() {
        var bench = Self.running(Self.limits { $0.onWatchdog = .rampOff })
        let before = bench.notes.delivered.count
        bench.core.runtimeLost(at: Microseconds(91_000))
        for time in 92...400 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
        let played = bench.notes.delivered[before...].map(\.segment)
        for (pair, from) in [(Int32(0), Int64(300_000)), (1, 500_000)] {
            let amplitudes = played.filter { $0.pair == pair }.map(\.amplitude.value)
            #expect(!amplitudes.isEmpty && amplitudes.allSatisfy { $0 < from })
            #expect(zip(amplitudes, amplitudes.dropFirst()).allSatisfy { $0 >= $1 })
        }
        #expect(bench.core.isFinished && bench.core.mode == .latched && bench.core.latch == .tokenStale)
    }

    /// The baseline is 1 mA on pair 0.
    @Test("The signed baseline runs on its own lead, and the other lead ramps off")
    func baseline() {
        var bench = Self.running(Self.limits { $0.onWatchdog = .openLoopBaseline })
        let before = bench.notes.delivered.count
        bench.core.runtimeLost(at: Microseconds(91_000))
        for time in 92...600 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
        let played = bench.notes.delivered[before...].map(\.segment)
        #expect(played.last { $0.pair == 0 }?.amplitude.value == 1_000_000)
        let second = played.filter { $0.pair == 1 }
        #expect(!second.isEmpty && second.allSatisfy { $0.amplitude.value < 500_000 })
        #expect((second.last?.firstPulse.value ?? .max) < 400_000)
        #expect(bench.core.mode == .fallback)
    }

    @Test("In a baseline the runtime may raise the baseline's lead alone")
    func raisedInBaseline() {
        var bench = Self.running(Self.limits { $0.onSensorLoss = .openLoopBaseline })
        let own = Self.token(&bench, lead: 0, at: 90_000, pulse(400_000, at: 100_000), mode: .fallback)
        #expect(own.mode == .fallback && own.proposalPermitted)
        let raised = Self.token(&bench, lead: 1, at: 90_000, pulse(600_000, at: 103_000), mode: .fallback)
        #expect(InterlockSet(rawValue: raised.verdict) == .ramp)
        #expect(Self.token(&bench, lead: 1, at: 91_000, pulse(450_000, at: 103_000), mode: .fallback).proposalPermitted)
    }

    @Test("A stop is zero output once, and no lead's proposal is permitted afterwards")
    func stop() {
        var bench = Self.running(Self.limits())
        bench.core.stopInput(at: Microseconds(91_000))
        #expect(bench.core.mode == .latched && bench.core.latch == .stop && bench.notes.zeros == [91_000])
        for lead in 0...1 {
            let report = Self.token(&bench, lead: lead, at: 95_000, pulse(100_000, at: 110_000))
            #expect(!report.proposalPermitted && report.mode == .latched)
        }
    }

    @Test("A compliance flag denies the next pulse of the lead that it came from, and none of the other's")
    func compliance() {
        var bench = Self.running(Self.limits())
        bench.core.watch.reachCompliance(lead: 1)
        #expect(Self.token(&bench, lead: 0, at: 90_000, pulse(300_000, at: 100_000)).proposalPermitted)
        let denied = Self.token(&bench, lead: 1, at: 90_000, pulse(500_000, at: 103_000))
        #expect(InterlockSet(rawValue: denied.verdict) == .compliance)
        #expect(Self.token(&bench, lead: 1, at: 95_000, pulse(500_000, at: 106_000)).proposalPermitted)
    }

    @Test("What the guard itself plays is told to the loop of that lead")
    func toldByLead() {
        var bench = Bench(limits: Self.limits { $0.onSensorLoss = .rampOff }, virtualTime: true)
        _ = bench.arm(at: 0)
        for step in 1...8 {
            for lead in 0...1 {
                let time = Int64(step) * 10_000
                let segment = pulse(min(Int64(step), 5) * 100_000, at: time + 10_000)
                #expect(Self.token(&bench, lead: lead, at: time, segment).proposalPermitted)
            }
        }
        var late = bench.record(at: 90_000)
        (late.hasProposal, late.segment, late.evidence.sampleAge) = (
            true, pulse(500_000, at: 100_000), Microseconds(90_000)
        )
        late.evidence.controller = 0
        #expect(bench.send(late, at: 90_000).mode == .fallback)
        var told: [UInt8: [Int32]] = [:]
        for time in stride(from: Int64(90_000), through: 120_000, by: 5_000) {
            for lead in 0...1 {
                let report = Self.token(&bench, lead: lead, at: time, mode: .closedLoop)
                guard report.flags.contains(.fallbackSegment) else { continue }
                told[report.lead, default: []].append(report.segment.pair)
            }
        }
        #expect(told[0]?.isEmpty == false && told[0]?.allSatisfy { $0 == 0 } == true)
        #expect(told[1]?.isEmpty == false && told[1]?.allSatisfy { $0 == 1 } == true)
    }

    @Test("A ramp-off that is denied on one lead is zero output on both")
    func deniedRampOff() {
        var bench = Self.running(Self.limits { $0.onWatchdog = .rampOff })
        bench.core.runtimeLost(at: Microseconds(91_000))
        bench.core.watch.reachCompliance(lead: 1)
        let before = bench.notes.delivered.count
        for time in 92...120 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
        #expect(bench.notes.zeros.count == 1 && bench.core.mode == .latched && bench.core.isFinished)
        #expect(bench.core.latch.contains([.tokenStale, .compliance]))
        #expect(bench.notes.delivered[before...].allSatisfy { $0.segment.pair == 0 })
    }

    @Test("A proposal on a pair that the limits do not have is on no lead, and starts nothing")
    func noPair() {
        var bench = Self.running(Self.limits { $0.onSensorLoss = .rampOff })
        var record = bench.record(at: 90_000, mode: .fallback)
        (record.hasProposal, record.segment) = (true, pulse(100_000, at: 100_000))
        record.segment.pair = 7
        let report = bench.send(record, at: 90_000)
        #expect(!report.proposalPermitted && bench.core.lead(of: 7) == nil && bench.core.lead(of: -1) == nil)
    }
}
