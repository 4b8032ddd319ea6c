import Signal

/// The evidence of a line of commands: the gate's, and the impedance that was measured on the pair's contacts.
struct CommandEvidence {
    var evidence: Evidence
    /// mΩ; nil: in range.
    var impedance: Int64?
    /// µs before the command.
    var impedanceAge: Int64 = 0
}

/// One field of the evidence that a line may set, and how.
struct EvidenceKey: Sendable {
    enum Setter: Sendable {
        case flag(@Sendable (inout CommandEvidence, Bool) -> Void)
        case integer(ClosedRange<Int64>, @Sendable (inout CommandEvidence, Int64) -> Void)
        /// As `integer`, and null stands for nothing.
        case optional(@Sendable (inout CommandEvidence, Int64?) -> Void)
        case softLimits
    }

    /// The name of the field; a line may put `_` and the unit behind it.
    let name: String
    /// `us`, `na` and so on; empty: none.
    let unit: String
    let setter: Setter

    /// The name as the documentation has it.
    var shownName: String { unit.isEmpty ? name : "\(name)_\(unit)" }

    static func named(_ name: String) -> EvidenceKey? { table[name].map { all[$0] } }

    private static let table: [String: Int] = {
        var table: [String: Int] = [:]
        for (index, key) in all.enumerated() { (table[key.name], table[key.shownName]) = (index, index) }
        return table
    }()

    private static func flag(
        _ name: String, _ set: @escaping @Sendable (inout Evidence, Bool) -> Void
    ) -> EvidenceKey {
        EvidenceKey(name: name, unit: "", setter: .flag { set(&$0.evidence, $1) })
    }

    private static func number(
        _ name: String, _ unit: String = "", in range: ClosedRange<Int64> = .min ... .max,
        _ set: @escaping @Sendable (inout Evidence, Int64) -> Void
    ) -> EvidenceKey {
        EvidenceKey(name: name, unit: unit, setter: .integer(range) { set(&$0.evidence, $1) })
    }

    private static func optional(
        _ name: String, _ unit: String, _ set: @escaping @Sendable (inout CommandEvidence, Int64?) -> Void
    ) -> EvidenceKey {
        EvidenceKey(name: name, unit: unit, setter: .optional(set))
    }

    static let softLimits: [(String, SoftLimitSet)] = [
        ("amplitude", .amplitude), ("charge-density", .chargeDensity), ("shannon", .shannon),
        ("residual-voltage", .residualVoltage),
    ]

    /// In the order of Signal's `Evidence`.
    static let all: [EvidenceKey] = [
        flag("is_armed") { $0.isArmed = $1 },
        flag("limits_valid") { $0.limitsValid = $1 },
        flag("limits_expired") { $0.limitsExpired = $1 },
        flag("consent_expired") { $0.consentExpired = $1 },
        number("token_age", "us") { $0.tokenAge = Microseconds($1) },
        flag("actors_healthy") { $0.actorsHealthy = $1 },
        flag("sequence_valid") { $0.sequenceValid = $1 },
        number("lease_end", "us") { $0.leaseEnd = Microseconds($1) },
        number("acknowledgements_missing") { $0.acknowledgementsMissing = $1 },
        flag("stop_requested") { $0.stopRequested = $1 },
        number("latch", in: 0 ... .max) { $0.latch = UInt64($1) },
        number("sample_age", "us") { $0.sampleAge = Microseconds($1) },
        number("gap", "us") { $0.gap = Microseconds($1) },
        flag("samples_in_order") { $0.samplesInOrder = $1 },
        number("rate_deviation", "ppm") { $0.rateDeviation = PartsPerMillion($1) },
        number("valid_channels") { $0.validChannels = $1 },
        flag("signal_saturated_or_flat") { $0.signalSaturatedOrFlat = $1 },
        flag("signal_disturbed") { $0.signalDisturbed = $1 },
        number("deadline_misses_in_window") { $0.deadlineMissesInWindow = $1 },
        flag("decoder_valid") { $0.decoderValid = $1 },
        flag("decision_is_current") { $0.decisionIsCurrent = $1 },
        flag("spike_storm") { $0.spikeStorm = $1 },
        number("non_finite_decisions") { $0.nonFiniteDecisions = $1 },
        number("confidence", "ppm") { $0.confidence = $1 },
        number("out_of_distribution", "ppm") { $0.outOfDistribution = $1 },
        optional("target", "na") { $0.evidence.target = $1.map { Nanoamperes($0) } },
        number("controller", in: Int64(Int32.min)...Int64(Int32.max)) {
            $0.controller = Int32(truncatingIfNeeded: $1)
        },
        optional("patient_maximum", "na") { $0.evidence.patientMaximum = $1.map { Nanoamperes($0) } },
        number("uncertain_deliveries") { $0.uncertainDeliveries = $1 },
        flag("compliance_reached") { $0.complianceReached = $1 },
        number("compliance_events") { $0.complianceEvents = $1 },
        number("residual_voltage", "uv") { $0.residualVoltage = $1 },
        number("electrode_voltage_low", "mv") { $0.electrodeVoltageLow = $1 },
        number("electrode_voltage_high", "mv") { $0.electrodeVoltageHigh = $1 },
        number("measured_imbalance", "ppm") { $0.measuredImbalance = PartsPerMillion($1) },
        number("measured_net_charge", "fc") { $0.measuredNetCharge = Femtocoulombs($1) },
        flag("device_matches") { $0.deviceMatches = $1 },
        flag("read_back_matches") { $0.readBackMatches = $1 },
        EvidenceKey(name: "acknowledged", unit: "", setter: .softLimits),
        flag("log_healthy") { $0.logHealthy = $1 },
        flag("clocks_agree") { $0.clocksAgree = $1 },
        flag("realtime_or_virtual") { $0.realtimeOrVirtual = $1 },
        flag("arming_evidence_valid") { $0.armingEvidenceValid = $1 },
        flag("verdicts_agree") { $0.verdictsAgree = $1 },
        optional("impedance", "mohm") { $0.impedance = $1 },
        EvidenceKey(name: "impedance_age", unit: "us", setter: .integer(.min ... .max) { $0.impedanceAge = $1 }),
    ]
}

/// One entry of a line's `evidence`.
struct EvidenceChange {
    private enum Value {
        case flag(Bool)
        case integer(Int64)
        case nothing
        case softLimits(SoftLimitSet)
    }

    private let key: EvidenceKey
    private let value: Value

    var setsTarget: Bool { key.name == "target" }

    /// All entries of the object that the scanner stands at.
    static func all(_ scanner: inout LineScanner) throws(LineProblem) -> [EvidenceChange] {
        var changes: [EvidenceChange] = []
        try scanner.object("evidence") { (name, scanner) throws(LineProblem) in
            guard let key = EvidenceKey.named(name) else { throw unknown(name, scanner) }
            guard !changes.contains(where: { $0.key.name == key.name }) else {
                throw scanner.problem("evidence.\(name)", "\"\(key.name)\" stands twice.")
            }
            changes.append(EvidenceChange(key: key, value: try value(key, "evidence.\(name)", &scanner)))
        }
        return changes
    }

    /// Changes `evidence` as the line says.
    func apply(to evidence: inout CommandEvidence) {
        switch (key.setter, value) {
        case (.flag(let set), .flag(let flag)): set(&evidence, flag)
        case (.integer(_, let set), .integer(let number)): set(&evidence, number)
        case (.optional(let set), .integer(let number)): set(&evidence, number)
        case (.optional(let set), .nothing): set(&evidence, nil)
        case (.softLimits, .softLimits(let limits)): evidence.evidence.acknowledged = limits
        case (.flag, _), (.integer, _), (.optional, _), (.softLimits, _): break
        }
    }

    private static func unknown(_ name: String, _ scanner: LineScanner) -> LineProblem {
        let hint = suggestion(for: name, among: EvidenceKey.all.map(\.shownName), quotedWith: "")
        let more = hint.isEmpty ? " The fields are in 'ansa limits judge --help'." : hint
        return scanner.problem("evidence.\(name)", "unknown field of the evidence.\(more)")
    }

    private static func value(
        _ key: EvidenceKey, _ path: String, _ scanner: inout LineScanner
    ) throws(LineProblem) -> Value {
        switch key.setter {
        case .flag: return .flag(try scanner.flag(path))
        case .optional: return scanner.takeNull() ? .nothing : .integer(try scanner.integer(path))
        case .integer(let range, _):
            let start = scanner.offset
            let number = try scanner.integer(path)
            guard range.contains(number) else {
                throw scanner.problem(
                    path, "\(number) is outside \(range.lowerBound) to \(range.upperBound).", at: start)
            }
            return .integer(number)
        case .softLimits:
            var result: SoftLimitSet = []
            for (word, place) in try scanner.texts(path) {
                guard let match = EvidenceKey.softLimits.first(where: { $0.0 == word }) else {
                    let names = EvidenceKey.softLimits.map(\.0)
                    let hint = suggestion(for: word, among: names, quotedWith: "")
                    throw scanner.problem(
                        path, "\"\(word)\" is not one of \(names.joined(separator: ", ")).\(hint)", at: place)
                }
                result.insert(match.1)
            }
            return .softLimits(result)
        }
    }
}
