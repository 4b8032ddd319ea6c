import Interlocks
import Signal

extension Rig {
    /// Contact 0 becomes a microelectrode; 0.025 mA × 60 µs = 1.5 nC, under no density and no soft limit.
    mutating func micro(amplitude: Int64 = 25_000, most charge: Int64 = 20_000_000, evidence: Bool = false) {
        limits.contacts[0].kind = .micro
        limits.contacts[0].microChargePerPhase = Femtocoulombs(charge)
        limits.contacts[0].hasMicroEvidence = evidence
        (limits.maximumStep, limits.soft) = (Nanoamperes(1_000_000), nil)
        limits.rampUp = 100_000_000
        segment.amplitude = Nanoamperes(amplitude)
    }

    /// Contact 1 is scalp, with a charge injection limit, in place of a return case.
    mutating func insulateReturn() {
        limits.contacts[1].chargeInjectionDensity = 500
    }

    /// Pulses every 0.5 s: 60 of them fill half of the 60 s window with trains.
    mutating func halfOfMinute() {
        (segment.period, segment.pulses) = (Microseconds(500_000), 60)
        evidence.leaseEnd = Microseconds(99_000_000)
    }

    /// 0.1 mA since 1.04 s, then a change at 1.84 s that its stated time would allow: only the clock counts.
    mutating func runAhead(amplitude: Int64) {
        (segment.period, evidence.leaseEnd) = (Microseconds(400_000), Microseconds(9_000_000))
        (limits.rampUp, limits.maximumStep) = (1_000_000, Nanoamperes(1_000_000))
        follow(at: 1_840_000, amplitude: amplitude)
    }

    /// Contact 2 with contact 1 is pair 1 of lead 1; controller 0 has used pair 0, controller 1 proposes pair 1.
    mutating func secondLead() {
        limits.contacts.append(limits.contacts[0])
        limits.pairs.append(ContactPair(cathodes: [2], anodes: [1], lead: 1))
        insulateReturn()
        follow()
        (segment.pair, evidence.controller) = (1, 1)
    }
}

extension ConditionPair {
    private static let micro: [ConditionPair] = [
        ConditionPair(.microCharge, "the contact's limit", given: { $0.micro(most: 1_500_000) }) {
            $0.limits.contacts[0].microChargePerPhase = Femtocoulombs(1_499_999)
        },
        ConditionPair(
            .microCharge, "of microelectrodes",
            given: {
                $0.micro(most: 1)
                $0.limits.contacts[0].kind = .scalp
            }, { $0.limits.contacts[0].kind = .micro }),
        ConditionPair(
            .microCharge, "share of each cathode",
            given: {
                $0.micro(most: 750_000)
                $0.share()
            }, { $0.limits.contacts[2].microChargePerPhase = Femtocoulombs(749_999) }),
        // 333,333 and 333,334 nA × 60 µs lie on either side of 20 nC.
        ConditionPair(
            .microCharge, "compiled ceiling", given: { $0.micro(amplitude: 333_333, most: 30_000_000, evidence: true) },
            { $0.segment.amplitude = Nanoamperes(333_334) }),
        // 66,666 and 66,667 nA × 60 µs lie on either side of 4 nC.
        ConditionPair(.microCharge, "small without evidence", given: { $0.micro(amplitude: 66_666) }) {
            $0.segment.amplitude = Nanoamperes(66_667)
        },
        ConditionPair(.microCharge, "evidence", given: { $0.micro(amplitude: 66_667, evidence: true) }) {
            $0.limits.contacts[0].hasMicroEvidence = false
        },
        ConditionPair(
            .microCharge, "half the time",
            given: {
                $0.micro(amplitude: 66_667, evidence: true)
                $0.halfOfMinute()
            }, { $0.segment.pulses = 61 }),
        ConditionPair(
            .microCharge, "half of a window that is long enough",
            given: {
                $0.micro(amplitude: 66_667, evidence: true)
                $0.limits.doseWindows.removeLast(2)
                $0.limits.doseWindows[1].length = Microseconds(2_000_000)
            }, { $0.limits.doseWindows[1].length = Microseconds(1_999_999) }),
    ]

    private static let contacts: [ConditionPair] = [
        ConditionPair(.impedance, "young", given: { $0.measure(1_000_000) }) { $0.now = Microseconds(1_000_001) },
        ConditionPair(
            .impedance, "age asked in closed loop only",
            given: {
                $0.measure(1_000_000)
                ($0.now, $0.evidence.mode) = (Microseconds(1_000_001), .openLoop)
            }, { $0.evidence.mode = .closedLoop }),
        ConditionPair(.impedance, "least", given: { $0.measure(500_000) }) { $0.measure(499_999) },
        ConditionPair(.impedance, "most", given: { $0.measure(2_000_000) }) { $0.measure(2_000_001) },
        ConditionPair(.impedance, "step", given: { $0.measure(1_000_000, then: 1_100_000) }) {
            $0.measure(1_000_000, then: 1_100_001)
        },
        ConditionPair(
            .impedance, "value excused for a ramp-off only",
            given: {
                $0.measure(1_000_000)
                $0.rampOff()
                $0.state?.measured(499_999, contact: 0, at: $0.now)
            }, { $0.evidence.mode = .openLoop }),
        ConditionPair(.impedance, "of contacts that have bounds") {
            $0.limits.contacts[0].impedance = ImpedanceBounds(
                range: 500_000...2_000_000, maximumAge: Microseconds(1), maximumStep: PartsPerMillion(1))
        },
        ConditionPair(.ownership, "controller known") { $0.evidence.controller = -1 },
        ConditionPair(.ownership, "the contact's own", given: { $0.follow() }) { $0.evidence.controller = 1 },
        ConditionPair(.ownership, "a return case has no owner", given: { $0.secondLead() }) {
            $0.limits.contacts[1].kind = .scalp
        },
    ]

    /// IL-13, 17, 19, 20, 22, 23, 25, 41: contacts that have something of their own, and what came before a segment.
    static let history: [ConditionPair] = micro + contacts + pace + ramp + dose + trains

    private static let pace: [ConditionPair] = [
        ConditionPair(
            .frequencyOrGap, "least period",
            given: { $0.limits.period = Microseconds(7_692)...Microseconds(500_000) },
            { $0.limits.period = Microseconds(7_693)...Microseconds(500_000) }),
        ConditionPair(
            .frequencyOrGap, "most period", given: { $0.limits.period = Microseconds(5_406)...Microseconds(7_692) },
            { $0.limits.period = Microseconds(5_406)...Microseconds(7_691) }),
        ConditionPair(.frequencyOrGap, "gap inside", given: { $0.limits.minimumInterPulse = Microseconds(7_572) }) {
            $0.limits.minimumInterPulse = Microseconds(7_573)
        },
        ConditionPair(
            .frequencyOrGap, "gap to the last pulse",
            given: {
                $0.follow(at: 1_053_500)
                $0.limits.minimumInterPulse = Microseconds(5_688)
            }, { $0.limits.minimumInterPulse = Microseconds(5_689) }),
        ConditionPair(
            .frequencyOrGap, "period from the last pulse",
            given: {
                $0.follow(at: 1_053_500)
                $0.limits.period = Microseconds(5_808)...Microseconds(500_000)
            }, { $0.limits.period = Microseconds(5_809)...Microseconds(500_000) }),
    ]

    private static let ramp: [ConditionPair] = [
        ConditionPair(.ramp, "largest step", given: { $0.limits.maximumStep = Nanoamperes(100_000) }) {
            $0.limits.maximumStep = Nanoamperes(99_999)
        },
        ConditionPair(.ramp, "rate up, for a second at most", given: { $0.limits.rampUp = 100_000 }) {
            $0.limits.rampUp = 99_999
        },
        // 10 µA in 20 ms is 0.5 mA/s.
        ConditionPair(
            .ramp, "rate down",
            given: {
                $0.follow(amplitude: 90_000)
                $0.limits.rampDown = 500_000
            }, { $0.limits.rampDown = 499_999 }),
        ConditionPair(
            .ramp, "no step needs no rate",
            given: {
                $0.follow()
                $0.limits.rampUp = 0
            }, { $0.segment.amplitude = Nanoamperes(100_001) }),
        // 1 mA/s × (250 + 20) ms from 0.1 mA.
        ConditionPair(.ramp, "clock's rate", given: { $0.runAhead(amplitude: 370_000) }) {
            $0.segment.amplitude = Nanoamperes(370_001)
        },
        ConditionPair(.ramp, "clock's allowance", given: { $0.runAhead(amplitude: 370_000) }) {
            $0.limits.tokenTimeout = Microseconds(19_999)
        },
        ConditionPair(
            .ramp, "clock's time",
            given: {
                $0.runAhead(amplitude: 420_000)
                $0.now = Microseconds(1_300_000)
            }, { $0.now = Microseconds(1_299_999) }),
    ]

    private static let dose: [ConditionPair] =
        [
            ConditionPair(
                .netCurrent, "as commanded",
                given: {
                    $0.segment.imbalance = PartsPerMillion(4_000)
                    $0.limits.netCharge = Femtocoulombs(48_000)
                }, { $0.limits.netCharge = Femtocoulombs(47_999) }),
            ConditionPair(
                .netCurrent, "as measured",
                given: {
                    ($0.limits.measuresBalance, $0.evidence.measuredNetCharge) = (true, Femtocoulombs(25_000_000))
                }, { $0.evidence.measuredNetCharge = Femtocoulombs(25_000_001) }),
            ConditionPair(.netCurrent, "measured is a magnitude", given: { $0.limits.measuresBalance = true }) {
                $0.evidence.measuredNetCharge = Femtocoulombs(-1)
            },
            ConditionPair(
                .netCurrent, "read only where it is measured",
                given: { $0.evidence.measuredNetCharge = Femtocoulombs(25_000_001) },
                { $0.limits.measuresBalance = true }),
        ]
        + (0..<4).map { window in
            ConditionPair(
                .doseWindow, ["1 s", "60 s", "1 h", "24 h"][window],
                given: { $0.limits.doseWindows[window].charge = Femtocoulombs(12_000_000) },
                { $0.limits.doseWindows[window].charge = Femtocoulombs(11_999_999) })
        } + [
            ConditionPair(
                .doseWindow, "history",
                given: {
                    $0.follow()
                    $0.limits.doseWindows[0].charge = Femtocoulombs(24_000_000)
                }, { $0.limits.doseWindows[0].charge = Femtocoulombs(23_999_999) }),
            ConditionPair(
                .doseWindow, "duty",
                given: {
                    $0.halfOfMinute()
                    $0.limits.doseWindows[1].duty = PartsPerMillion(500_000)
                }, { $0.segment.pulses = 61 }),
            // A ramp-off from 0.1 mA: two steps of 76.92 µA, half of 2 × 0.1 mA × 60 µs = 6,000,000 fC.
            ConditionPair(
                .doseWindow, "reserve for a ramp-off",
                given: {
                    $0.limits.doseMode = .intermittent
                    $0.limits.doseWindows[0].charge = Femtocoulombs(18_000_000)
                }, { $0.limits.doseWindows[0].charge = Femtocoulombs(17_999_999) }),
            ConditionPair(
                .doseWindow, "no reserve in mode continuous",
                given: { $0.limits.doseWindows[0].charge = Femtocoulombs(12_000_000) },
                { $0.limits.doseMode = .intermittent }),
            ConditionPair(
                .doseWindow, "reserve excused for a ramp-off only",
                given: {
                    $0.rampOff()
                    $0.limits.doseMode = .intermittent
                    $0.limits.doseWindows[0].charge = Femtocoulombs(22_800_000)
                }, { $0.evidence.mode = .openLoop }),
            ConditionPair(.doseWindow, "trains of a day", given: { $0.trains(perDay: 2) }) {
                $0.limits.train?.perDay = 1
            },
        ]

    private static let trains: [ConditionPair] = [
        ConditionPair(.train, "bounds in mode burst") { $0.limits.doseMode = .burst },
        ConditionPair(.train, "longest", given: { $0.train(7_812) }) {
            $0.limits.train?.longest = Microseconds(7_811)
        },
        // From 1.040 s to 1.060 s + 7,692 + 120 µs.
        ConditionPair(
            .train, "longest, over segments",
            given: {
                $0.train(27_812)
                $0.follow()
            }, { $0.limits.train?.longest = Microseconds(27_811) }),
        ConditionPair(.train, "gap", given: { $0.trains(gap: 52_188) }) {
            $0.limits.train?.gap = Microseconds(52_189)
        },
    ]
}

extension Rig {
    /// Trains of at most `longest` µs.
    fileprivate mutating func train(_ longest: Int64) {
        limits.train = TrainLimits(
            longest: Microseconds(longest), gap: Microseconds(0), perEpisode: 9, episodeLockout: Microseconds(0),
            perDay: 9)
    }
}
