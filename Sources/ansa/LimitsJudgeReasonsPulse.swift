import Configuration
import Interlocks
import Signal

/// IL-07 to 18, 33, 38, 39: what one pulse is.
extension JudgementReasons {
    /// A contact of the pair, and how many share the current with it.
    struct JudgedContact {
        let index: Int, name: String, contact: Contact, shares: Int64
    }

    var pair: ContactPair? {
        limits.pairs.indices.contains(Int(segment.pair)) ? limits.pairs[Int(segment.pair)] : nil
    }

    var lead: Int { pair?.lead ?? Int(signals.controller) }

    var contacts: [JudgedContact] {
        guard let pair else { return [] }
        return [pair.cathodes, pair.anodes].flatMap { side in
            side.map { index in
                JudgedContact(
                    index: index, name: file.contactIDs[index], contact: limits.contacts[index],
                    shares: Int64(side.count))
            }
        }
    }

    /// Of the pair; nil outside the domain of IL-39.
    var charge: Int64? {
        let isInDomain =
            command.amplitude >= 0 && command.width > 0 && command.interphase >= 0 && command.period > 0
            && command.pulses >= 1
        return isInDomain ? product(command.amplitude, command.width) : nil
    }

    var unjudged: String {
        pair == nil ? "cannot be judged without a pair of the file" : "cannot be judged: see IL-39"
    }

    func pulse(_ bit: Int) -> String {
        switch bit {
        case 7: return wrongPair
        case 8:
            let word = JudgedCommand.waveforms.first { $0.1 == command.waveform }?.0 ?? ""
            return "waveform \(word) is not allowed (limits.hard.waveforms)"
        case 9: return amplitude
        case 10:
            let bound = limits.totalAmplitude.value, measured = file.hard.totalAmplitude
            return above(
                "summed amplitude", ExactText.current(command.amplitude), ExactText.current(bound),
                place("limits.hard.total_amplitude", measured, bound: bound))
        case 11: return range("pulse width", command.width, limits.width, file.hard.pulseWidth, "pulse_width")
        case 12: return range("interphase", command.interphase, limits.interphase, file.hard.interphase, "interphase")
        case 13: return timing
        case 14:
            guard let charge else { return "cannot be judged: see IL-39" }
            return above(
                "charge per phase", ExactText.charge(charge), ExactText.charge(limits.chargePerPhase.value),
                place("limits.hard.charge_per_phase", file.hard.chargePerPhase, bound: limits.chargePerPhase.value))
        case 18: return imbalance
        case 39: return domain
        default: return onContacts(bit)
        }
    }

    private var wrongPair: String {
        guard pair != nil else {
            let known = file.pairIDs.joined(separator: ", ")
            return command.pair.map { "pair \"\($0)\" is not one of \(known) (pairs)" } ?? "no pair is named (pairs)"
        }
        let names = contacts.filter { !$0.contact.mayStimulate }.map(\.name)
        return "contact \(names.joined(separator: ", ")) may not stimulate (contacts)"
    }

    private var amplitude: String {
        let highest = limits.amplitude.upperBound.value, patient = signals.patientMaximum?.value ?? .max
        let measured = file.hard.amplitude
        let bound = min(highest, patient)
        let source =
            patient < highest
            ? "(evidence.patient_maximum)" : place("limits.hard.amplitude.max", measured.max, bound: highest)
        var sentences: [(Bool, String)] = [
            (
                segment.amplitude < limits.amplitude.lowerBound,
                below(
                    "amplitude", ExactText.current(command.amplitude),
                    ExactText.current(limits.amplitude.lowerBound.value),
                    place("limits.hard.amplitude.min", measured.min))
            )
        ]
        let judged = contacts.filter { $0.contact.kind != .returnCase }
        let shares = pair == nil ? [1] : Set(judged.map(\.shares)).sorted()
        for count in shares {
            let name = count == 1 ? "amplitude" : "amplitude of each of \(count) contacts"
            let share = quotient(command.amplitude, count)
            sentences.append((share > bound, above(name, ExactText.current(share), ExactText.current(bound), source)))
        }
        return joined(sentences, otherwise: "amplitude is out of range")
    }

    private func range(
        _ name: String, _ found: Int64, _ allowed: ClosedRange<Microseconds>, _ measured: MeasuredRange, _ key: String
    ) -> String {
        let low = allowed.lowerBound.value, high = allowed.upperBound.value
        let isLow = found < low
        let bound = ExactText.time(isLow ? low : high)
        let place = place("limits.hard.\(key).\(isLow ? "min" : "max")", isLow ? measured.min : measured.max)
        return isLow
            ? below(name, ExactText.time(found), bound, place) : above(name, ExactText.time(found), bound, place)
    }

    private var timing: String {
        let shortest = limits.period.lowerBound.value, longest = limits.period.upperBound.value
        let gap = difference(command.period, sum(product(command.width, 2), command.interphase)) ?? .min
        let least = limits.minimumInterPulse.value, frequency = file.hard.frequency
        let history = state.leads.indices.contains(lead) ? state.leads[lead] : nil
        let pause = difference(command.at, history?.lastPulseEnd?.value) ?? .max
        let between = difference(command.at, history?.lastPulse?.value) ?? .max
        let high = place("limits.hard.frequency.max \(frequency.max.text)", frequency.max)
        let low = place("limits.hard.frequency.min \(frequency.min.text)", frequency.min)
        let short = place("limits.hard.min_inter_pulse", file.hard.minInterPulse)
        let text = ExactText.time
        return joined(
            [
                (command.period < shortest, below("period", text(command.period), text(shortest), high)),
                (command.period > longest, above("period", text(command.period), text(longest), low)),
                (gap < least, below("gap between pulses", text(gap), text(least), short)),
                (pause < least, below("gap to the pulse before", text(pause), text(least), short)),
                (between < shortest, below("time since the pulse before", text(between), text(shortest), high)),
            ], otherwise: "frequency or gap cannot be judged")
    }

    private var imbalance: String {
        let bound = limits.imbalance.value, measured = signals.measuredImbalance.value
        let place = place("limits.hard.imbalance_per_pulse", file.hard.imbalancePerPulse, bound: bound)
        let ratio = ExactText.ratio
        return joined(
            [
                (command.balance > bound, above("imbalance", ratio(command.balance), ratio(bound), place)),
                (
                    limits.measuresBalance && !(0...max(0, bound)).contains(measured),
                    above("measured imbalance", ratio(measured), ratio(bound), place)
                ),
            ], otherwise: "imbalance cannot be judged")
    }

    private var domain: String {
        let total = product(charge, command.pulses)
        return joined(
            [
                (command.amplitude < 0, "amplitude \(ExactText.current(command.amplitude)) is below 0"),
                (command.width <= 0, "pulse width \(command.width) µs is not above 0"),
                (command.interphase < 0, "interphase \(command.interphase) µs is below 0"),
                (command.period <= 0, "period \(command.period) µs is not above 0"),
                (command.pulses < 1, "pulses \(command.pulses) are below 1"),
                (command.balance < 0, "imbalance \(command.balance) ppm is below 0"),
                (total == nil && command.amplitude > 0, "amplitude × pulse width × pulses does not fit into 64 bits"),
                (command.end == nil, "the end of the segment does not fit into 64 bits"),
            ], otherwise: "a product does not fit into 64 bits")
    }

    /// IL-15 to 17, 33, 38: a charge on a contact, its share of the pair's.
    private func onContacts(_ bit: Int) -> String {
        guard let charge, pair != nil else { return unjudged }
        var sentences: [(Bool, String)] = []
        for contact in contacts {
            let share = quotient(charge, contact.shares)
            for (bound, why) in bounds(bit, contact) {
                let found = "\(ExactText.charge(share)) on contact \(contact.name)"
                sentences.append((share > bound, above("charge", found, ExactText.charge(bound), why)))
            }
        }
        if bit == 33 { sentences += [softAmplitude] }
        let micro = "from 4 nC on a microelectrode needs micro_evidence and a duty of at most 50 % (electrodes)"
        return joined(
            sentences, otherwise: bit == 17 ? micro : bit == 38 ? "a material's limit is missing" : "beyond a limit")
    }

    /// Largest charges of a contact, fC, and what they follow from.
    private func bounds(_ bit: Int, _ contact: JudgedContact) -> [(Int64, String)] {
        let area = contact.contact.area.value, isMacro = contact.contact.kind.isMacro
        let size = "\(ExactText.decimal(area, places: 6)) mm²"
        func density(_ value: Int64, _ key: String, _ measured: Measured) -> (Int64, String) {
            (product(value, area) ?? .max, "= \(ExactText.density(value)) on \(size) " + place(key, measured))
        }
        func shannon(_ k: UInt64, _ key: String, _ measured: Measured) -> (Int64, String) {
            (root(k, area), "= Shannon's line of k = \(measured.text) on \(size) " + place(key, measured))
        }
        let soft = limits.soft
        switch bit {
        case 15 where contact.contact.kind != .micro:
            return [density(limits.chargeDensity, "limits.hard.charge_density", file.hard.chargeDensity)]
        case 16 where isMacro: return [shannon(limits.shannonK, "limits.hard.shannon_k", file.hard.shannonK)]
        case 17 where contact.contact.kind == .micro:
            let bound = min(contact.contact.microChargePerPhase, CompiledCeilings.microCharge)
            return [(bound.value, "(electrodes: the bound of a microelectrode)")]
        case 33:
            guard let soft else { return [] }
            let isDense = contact.contact.kind != .micro && !signals.acknowledged.contains(.chargeDensity)
            let isSteep = isMacro && !signals.acknowledged.contains(.shannon)
            return (isDense ? [density(soft.chargeDensity, "limits.soft.charge_density", file.soft.chargeDensity)] : [])
                + (isSteep ? [shannon(soft.shannonK, "limits.soft.shannon_k", file.soft.shannonK)] : [])
        case 38:
            guard let injection = contact.contact.chargeInjectionDensity else { return [] }
            let bound = product(injection, area) ?? .max
            return [(bound, "= \(ExactText.density(injection)) on \(size) (electrodes.charge_injection_limit)")]
        default: return []
        }
    }

    private var softAmplitude: (Bool, String) {
        guard let soft = limits.soft, !signals.acknowledged.contains(.amplitude) else { return (false, "") }
        let shares = contacts.filter { $0.contact.kind != .returnCase }.map(\.shares).min() ?? 1
        let share = quotient(command.amplitude, shares)
        let text = above(
            "amplitude", ExactText.current(share), ExactText.current(soft.amplitude.value),
            place("limits.soft.amplitude.max", file.soft.amplitude) + " and nobody has acknowledged it")
        return (share > soft.amplitude.value, text)
    }

    /// ⌈a / b⌉ of what may be negative.
    private func quotient(_ a: Int64, _ b: Int64) -> Int64 { a / b + (a % b > 0 ? 1 : 0) }

    /// ⌊√(k·area)⌋, the largest charge that Shannon's line permits.
    private func root(_ k: UInt64, _ area: Int64) -> Int64 {
        let square = UInt128(k) * UInt128(max(0, area))
        var root = UInt128(Double(square).squareRoot())
        while root * root > square { root -= 1 }
        while (root + 1) * (root + 1) <= square { root += 1 }
        return Int64(clamping: root)
    }
}
