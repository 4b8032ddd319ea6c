/// Which way each key of a limits file widens.
///
/// A key that is not in the table has no order: any change of it counts as widened.
enum LimitsOrder {
    /// How a value's text becomes a number.
    enum Scale: Sendable {
        case quantity(Dimension)
        case number
        case date
    }

    /// How two values of one key compare.
    enum Rule: Sendable {
        /// Larger allows more.
        case ceiling(Scale)
        /// Larger allows more; where the key is absent, this many base units hold.
        case standing(Dimension, Int64)
        /// Smaller allows more.
        case floor(Scale)
        /// A list: an item more allows more.
        case list
        /// Words from the strictest to the widest.
        case words([String])
        /// An entry of a list; present allows more.
        case grant
        /// An entry of a list; present allows less.
        case bound
        /// No order; numbers are compared by value.
        case fact(Scale?)
        /// Names the revision, bounds nothing.
        case note
    }

    static func rule(for pattern: String) -> Rule { table[pattern] ?? .fact(nil) }

    private static let table: [String: Rule] = {
        var all: [String: Rule] = [:]
        for part in [heading, hardware, bounds, rates, doses, signals, fallbacks, people] {
            all.merge(part) { first, _ in first }
        }
        return all
    }()

    private static func most(_ dimension: Dimension) -> Rule { .ceiling(.quantity(dimension)) }
    private static func least(_ dimension: Dimension) -> Rule { .floor(.quantity(dimension)) }

    private static let heading: [String: Rule] = [
        "schema": .note, "file_id": .note, "revision": .note, "supersedes": .note, "issued": .note,
        "not_before": .floor(.date), "expires": .ceiling(.date), "setting": .note,
        "subject.consent_scope": .list, "subject.consent_expires": .ceiling(.date),
        "approvals.reason_for_change": .note,
    ]

    private static let hardware: [String: Rule] = [
        "device.serials": .list, "device.ceiling_amplitude": most(.current),
        "device.ceiling_compliance": most(.voltage),
        "electrodes[]": .grant, "electrodes[].id": .note,
        "electrodes[].charge_injection_limit": most(.chargeDensity), "electrodes[].charge_injection_condition": .note,
        "electrodes[].impedance.min": least(.resistance), "electrodes[].impedance.max": most(.resistance),
        "electrodes[].impedance.max_age": most(.time), "electrodes[].impedance.max_step": most(.ratio),
        "electrodes[].charge_limit": .standing(.charge, 2_000_000), "electrodes[].micro_evidence": .grant,
        "electrodes[].water_window": .fact(nil), "electrodes[].water_window.cathodic": most(.voltage),
        "electrodes[].water_window.anodic": most(.voltage),
        "electrodes[].micro_evidence.tip_area": .fact(.quantity(.area)),
        "contacts[]": .grant, "contacts[].id": .note, "contacts[].area": most(.area), "contacts[].area_method": .note,
        "contacts[].stimulate": .words(["false", "true"]), "contacts[].sense": .words(["false", "true"]),
        "pairs[]": .grant, "pairs[].id": .note,
    ]

    private static let bounds: [String: Rule] = [
        "limits.hard.amplitude.min": least(.current), "limits.hard.amplitude.max": most(.current),
        "limits.hard.total_amplitude": most(.current),
        "limits.hard.pulse_width.min": least(.time), "limits.hard.pulse_width.max": most(.time),
        "limits.hard.interphase.min": least(.time), "limits.hard.interphase.max": most(.time),
        "limits.hard.frequency.min": least(.frequency), "limits.hard.frequency.max": most(.frequency),
        "limits.hard.min_inter_pulse": least(.time), "limits.hard.charge_per_phase": most(.charge),
        "limits.hard.charge_density": most(.chargeDensity), "limits.hard.shannon_k": .ceiling(.number),
        "limits.hard.imbalance_per_pulse": most(.ratio), "limits.hard.net_current.max": most(.current),
        "limits.hard.net_current.window": .fact(.quantity(.time)), "limits.hard.residual_voltage": most(.voltage),
        "limits.hard.waveforms": .list,
        "limits.soft.amplitude.max": most(.current), "limits.soft.charge_density": most(.chargeDensity),
        "limits.soft.shannon_k": .ceiling(.number), "limits.soft.residual_voltage": most(.voltage),
    ]

    private static let rates: [String: Rule] = [
        "rate.ramp_up": most(.currentRate), "rate.ramp_down": most(.currentRate), "rate.max_step": most(.current),
        "rate.min_hold": least(.time), "rate.max_changes.count": .ceiling(.number),
        "rate.max_changes.window": least(.time), "rate.ramp_evidence": .note,
    ]

    private static let doses: [String: Rule] = [
        "dose.intermittent": .words(["false", "true"]), "dose.on_time_continuous": most(.time),
        "dose.windows[]": .bound, "dose.windows[].length": .note, "dose.windows[].charge": most(.charge),
        "dose.windows[].duty": most(.ratio), "dose.lockout_after_fault": least(.time),
        "dose.train_max": most(.time), "dose.train_gap_min": least(.time),
        "dose.per_episode_max": .ceiling(.number), "dose.lockout_after_episode": least(.time),
        "dose.therapies_per_day": .ceiling(.number),
    ]

    private static let signals: [String: Rule] = [
        "sensing.max_sample_age": most(.time), "sensing.max_gap": most(.time),
        "sensing.min_valid_channels": .floor(.number), "sensing.saturation.fraction": most(.ratio),
        "sensing.saturation.window": .fact(.quantity(.time)), "sensing.flatline": most(.time),
        "sensing.blank_after_pulse": .fact(.quantity(.time)), "sensing.deadline_misses.count": .ceiling(.number),
        "sensing.deadline_misses.window": least(.time), "sensing.decoder_confidence_min": .floor(.number),
        "sensing.out_of_distribution_max": .ceiling(.number),
    ]

    /// Which fallback runs is neither tighter nor looser; off is not always the safe state.
    private static let fallbacks: [String: Rule] = [
        "fallback.on_gate_violation": .words(["off-latched", "deny"]), "fallback.hold_max": most(.time),
        "fallback.return_to_closed_loop": .words(["manual", "automatic"]),
        "fallback.return_to_closed_loop.after_valid": least(.time),
        "fallback.return_to_closed_loop.max.count": .ceiling(.number),
        "fallback.return_to_closed_loop.max.window": least(.time),
        "fallback.baseline.amplitude": .fact(.quantity(.current)),
        "fallback.baseline.pulse_width": .fact(.quantity(.time)),
        "fallback.baseline.frequency": .fact(.quantity(.frequency)),
    ]

    private static let people: [String: Rule] = [
        "patient.resume_requires": .words(["clinician", "patient"]),
        "patient.amplitude.min": least(.current), "patient.amplitude.max": most(.current),
        "patient.pause_max": most(.time),
        "sensory.audio.max": most(.soundLevel), "sensory.audio_dose.level": most(.soundLevel),
        "sensory.audio_dose.duration": most(.time), "sensory.audio_dose.window": least(.time),
        "sensory.flashes.count": .ceiling(.number), "sensory.flashes.window": least(.time),
        "sensory.red_flash": .words(["false", "true"]),
    ]
}

extension LimitsOrder.Scale {
    /// nil where the text is no such value; the file would not have loaded.
    func value(_ text: String) -> Int64? {
        switch self {
        case .quantity(let dimension): try? Quantity.parse(text, as: dimension)
        case .number: try? Quantity.parseNumber(text, factor: 1_000_000)
        case .date: FileDate.seconds(text)
        }
    }
}

extension LimitsOrder.Rule {
    /// What the change from `old` to `new` is; nil stands for a key that is absent.
    func change(from old: LimitsLeaf?, to new: LimitsLeaf?) -> KeyChange {
        if case .note = self { return old?.items == new?.items ? .unchanged : .noted }
        if case .standing(let dimension, let usual) = self {
            let (a, b) = (
                (old?.shown).map { try? Quantity.parse($0, as: dimension) } ?? usual,
                (new?.shown).map { try? Quantity.parse($0, as: dimension) } ?? usual
            )
            guard let a, let b else { return .changed }
            return a == b ? .unchanged : a < b ? .widened : .narrowed
        }
        guard let old, let new else { return whenAbsent(isNew: old == nil, text: (old ?? new)?.items.first ?? "") }
        switch self {
        case .ceiling(let scale): return ordered(scale, old, new, widening: .widened, other: .narrowed)
        case .floor(let scale): return ordered(scale, old, new, widening: .narrowed, other: .widened)
        case .list: return listed(Set(old.items), Set(new.items))
        case .words(let words):
            guard let a = words.firstIndex(of: old.shown), let b = words.firstIndex(of: new.shown) else {
                return old.items == new.items ? .unchanged : .changed
            }
            return a == b ? .unchanged : a < b ? .widened : .narrowed
        case .fact(let scale?):
            guard let a = scale.value(old.shown), let b = scale.value(new.shown) else { return .changed }
            return a == b ? .unchanged : .changed
        case .fact(nil):
            return old.items == new.items || old.isList && Set(old.items) == Set(new.items) ? .unchanged : .changed
        case .grant, .bound, .note, .standing: return .unchanged
        }
    }

    /// A bound that goes widens; a grant that comes widens; what has no order is changed.
    private func whenAbsent(isNew: Bool, text: String) -> KeyChange {
        switch self {
        case .ceiling, .standing, .floor, .bound: isNew ? .narrowed : .widened
        case .list, .grant: isNew ? .widened : .narrowed
        case .words(let words): text == words.first ? .unchanged : isNew ? .widened : .narrowed
        case .fact: .changed
        case .note: .noted
        }
    }

    private func ordered(
        _ scale: LimitsOrder.Scale, _ old: LimitsLeaf, _ new: LimitsLeaf, widening: KeyChange, other: KeyChange
    ) -> KeyChange {
        guard let a = scale.value(old.shown), let b = scale.value(new.shown) else { return .changed }
        return a == b ? .unchanged : a < b ? widening : other
    }

    private func listed(_ old: Set<String>, _ new: Set<String>) -> KeyChange {
        if old == new { return .unchanged }
        return new.isSubset(of: old) ? .narrowed : .widened
    }
}
