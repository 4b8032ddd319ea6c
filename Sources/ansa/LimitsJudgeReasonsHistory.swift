import Configuration
import Interlocks
import Signal

/// IL-19, 20, 22, 23: what a pulse adds to those before it.
extension JudgementReasons {
    func history(_ bit: Int) -> String {
        switch bit {
        case 19: return net
        case 20: return ramp
        case 22: return dose
        default:
            guard let train = limits.train else { return "mode burst has no bounds of trains (dose)" }
            return "a train is at most \(ExactText.time(train.longest.value)) long, and at least "
                + "\(ExactText.time(train.gap.value)) after the one before (dose.train_max, dose.train_gap_min)"
        }
    }

    private var ramp: String {
        guard state.leads.indices.contains(lead) else { return unjudged }
        let present = state.output(lead: lead, at: segment.firstPulse)
        let isRise = segment.amplitude > present.amplitude
        let step = difference(command.amplitude, present.amplitude.value).map { $0.magnitude } ?? .max
        let elapsed = min(max(difference(command.at, present.since.value) ?? 0, 0), 1_000_000)
        let rate = isRise ? limits.rampUp : limits.rampDown
        let allowed = (product(rate, elapsed) ?? .max) / 1_000_000
        let measured = isRise ? file.rate.rampUp : file.rate.rampDown
        let key = "rate.\(isRise ? "ramp_up" : "ramp_down")"
        let found = ExactText.current(Int64(clamping: step))
        let from = "\(found) from \(ExactText.current(present.amplitude.value))"
        let why = "\(ExactText.rate(rate)) over \(ExactText.time(elapsed)) \(place(key, measured))"
        let largest = limits.maximumStep.value
        return joined(
            [
                (step > UInt64(max(0, allowed)), above("step", from, ExactText.current(allowed) + ",", why)),
                (
                    step > UInt64(max(0, largest)),
                    above("step", from, ExactText.current(largest), place("rate.max_step", file.rate.maxStep))
                ),
            ],
            otherwise: "the change in the last quarter of a second is faster than \(ExactText.rate(rate)) "
                + place(key, measured))
    }

    private var net: String {
        guard let charge, pair != nil else { return unjudged }
        let each = product(charge, command.balance).map { quotientRoundedUp(max(0, $0), 1_000_000) }
        let bound = limits.netCharge.value, measured = signals.measuredNetCharge.value
        let why = place("limits.hard.net_current", file.hard.netCurrent)
        var sentences = [
            (
                limits.measuresBalance && !(0...max(0, bound)).contains(measured),
                above("measured net charge", ExactText.charge(measured), ExactText.charge(bound) + " in 1 s", why)
            )
        ]
        for contact in contacts {
            let ring = limits.doseWindows.count
            sentences.append(sentence("net charge", "1 s", ring, contact, each, bound, why))
        }
        return joined(sentences, otherwise: "net charge cannot be judged")
    }

    private var dose: String {
        guard let charge, pair != nil else { return unjudged }
        var sentences: [(Bool, String)] = []
        let longest = CompiledCeilings.pulses
        sentences.append(
            (command.pulses > longest, "\(command.pulses) pulses are above \(longest) in one segment"))
        for contact in contacts {
            for (index, window) in limits.doseWindows.enumerated() {
                let measured = index < file.dose.windows.count ? file.dose.windows[index].charge : nil
                let length = ExactText.time(window.length.value)
                let why = place("dose.windows of \(length)", measured)
                sentences.append(
                    sentence("charge", length, index, contact, charge, window.charge.value, why))
            }
        }
        let others = "time in trains, trains a day or the reserve of a ramp-off leave no room (dose)"
        return joined(sentences, otherwise: others)
    }

    private func sentence(
        _ name: String, _ length: String, _ ring: Int, _ contact: JudgedContact, _ charge: Int64?, _ bound: Int64,
        _ why: String
    ) -> (Bool, String) {
        let share = charge.map { quotientRoundedUp($0, contact.shares) }
        let new = product(share, command.pulses)
        let before = state.windowCharge(contact: contact.index, window: ring, at: segment.firstPulse).value
        let total = sum(before, new)
        let more = new.map(ExactText.charge) ?? "too much"
        let found = "\(ExactText.charge(before)) in \(length) on contact \(contact.name), and \(more) more,"
        return (total.map { $0 > bound } ?? true, above(name, found, ExactText.charge(bound), why))
    }
}
