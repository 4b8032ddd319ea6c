import Signal

/// A commented limits file from a person's answers.
///
/// Values that no answer gives are the stricter side of the table of limits in Safety.md; the comment of each says
/// where it comes from. Nothing is checked here: ``loadLimits(_:file:)`` does.
public func limitsTemplate(_ answers: LimitsAnswers) -> String {
    let writer = TemplateWriter(answers: answers)
    let text = [
        writer.heading, writer.subject, writer.hardware, writer.bounds, writer.rates, writer.dose, writer.sensing,
        writer.fallback, writer.people,
    ].joined(separator: "\n")
    return text.split(separator: "\n", omittingEmptySubsequences: false).map(aligned).joined(separator: "\n")
}

/// `line` with its comment in the column where all comments begin; a `#` in quotes is none.
private func aligned(_ line: Substring) -> String {
    guard let mark = line.lastIndex(of: "#"), mark > line.startIndex, line[line.index(before: mark)] == " " else {
        return String(line)
    }
    var code = line[..<mark]
    guard code.count(where: { $0 == "\"" }) % 2 == 0 else { return String(line) }
    while code.last == " " { code.removeLast() }
    return code + String(repeating: " ", count: max(1, 41 - code.count)) + line[mark...]
}

/// What ``limitsTemplate(_:)`` sets without asking, in words, with where it comes from.
public func limitsTemplateRules(_ answers: LimitsAnswers) -> [String] {
    [
        "limits.hard.charge_density \(LimitsText.density(Fraction(answers.chargeDensity))), shannon_k 1.50, "
            + "imbalance_per_pulse 0.4 %, net_current 25 nA in 1 s: the strictest of the table of limits",
        "limits.hard.charge_per_phase: your largest amplitude times your longest pulse",
        "limits.soft.charge_density: your recommended amplitude at your longest pulse",
        "rate: class \(answers.isFast ? "fast crosses the range in 500 ms" : "slow as in one published titration")",
        "dose.windows: your patient's maximum or baseline, whichever is more, without a pause, and no more",
        "sensing: every sensing contact must be valid; ages, gaps and confidence as in the reference's example",
        "fallback.on_gate_violation deny, hold_max 5 s, return_to_closed_loop manual; "
            + "patient.resume_requires clinician",
    ]
}

/// fC exactly, in the largest unit that leaves a digit before the point.
private func chargeText(_ femtocoulombs: Int64) -> String {
    let units = [(15, "C"), (12, "mC"), (9, "uC"), (6, "nC")]
    let unit = units.first { places, _ in String(femtocoulombs).count > places } ?? (9, "uC")
    return "\(decimalText(femtocoulombs, places: unit.0)) \(unit.1)"
}

private struct TemplateWriter {
    let answers: LimitsAnswers

    private func list(_ words: [String]) -> String { "[" + words.map(yamlText).joined(separator: ", ") + "]" }

    var heading: String {
        let expires = answers.issued + answers.days * FileDate.day
        return """
            # Limits of stimulation for one subject and one device. Written by `ansa limits new`; change what is wrong,
            # then: ansa limits check, ansa limits explain, and both signatures with ansa limits sign.
            # A quantity carries its unit. Nothing is allowed that does not stand here.
            schema: ansa.limits/1
            file_id: \(answers.fileID)      # ULID, 26 characters: this file and no other
            revision: 1                              # strictly increasing per subject and device
            issued: "\(LimitsText.instant(answers.issued))"
            not_before: "\(LimitsText.instant(answers.issued))"
            expires: "\(LimitsText.instant(expires))"          # at most 180 days after issued
            purpose: \(answers.purpose)
            setting: \(yamlText(answers.setting))

            """
    }

    var subject: String {
        """
        subject:
          pseudonym: \(yamlText(answers.subject))    # never a name; must equal the session's subject
          body_site: \(yamlText(answers.bodySite))
          consent_scope: \(list(answers.consent))    # of record, stimulate, closed-loop; absent means denied
          consent_expires: "\(answers.consentExpires)"
          retention: \(yamlText(answers.retention))

        """
    }

    /// Contacts of one kind, material and charge-injection limit are one electrode.
    private var electrodes: [(id: String, contacts: [ContactAnswer])] {
        var groups: [(id: String, contacts: [ContactAnswer])] = []
        for contact in answers.contacts {
            let index = groups.firstIndex {
                guard let first = $0.contacts.first else { return false }
                return first.kind == contact.kind && first.material == contact.material
                    && (first.injection?.limit == contact.injection?.limit
                        && first.injection?.condition == contact.injection?.condition)
            }
            if let index {
                groups[index].contacts.append(contact)
            } else {
                let prefix = contact.kind == .returnCase ? "CAN" : "LEAD"
                let count = groups.count { $0.id.hasPrefix(prefix) }
                groups.append((count == 0 ? prefix : "\(prefix)\(count + 1)", [contact]))
            }
        }
        return groups
    }

    private func electrode(_ id: String, _ contact: ContactAnswer) -> String {
        var lines = [
            "  - id: \(id)", "    kind: \(contact.kindName)", "    material: \(yamlText(contact.material))",
        ]
        if let injection = contact.injection {
            lines += [
                "    charge_injection_limit: \(injection.limit.text)",
                "    charge_injection_condition: \(yamlText(injection.condition))",
            ]
        }
        if let water = answers.waterWindow, contact.kind != .returnCase {
            lines.append("    water_window: {cathodic: \(water.cathodic.text), anodic: \(water.anodic.text)}")
        }
        if contact.kind != .returnCase {
            lines.append(
                "    impedance: {min: 250 ohm, max: \(answers.impedance.text), max_age: 12 h, max_step: 30 %}")
        }
        return lines.joined(separator: "\n")
    }

    var hardware: String {
        let device = answers.device
        let groups = electrodes
        let contacts = groups.flatMap { group in
            group.contacts.map { contact in
                "  - {id: \(yamlText(contact.id)), electrode: \(group.id), area: \(contact.area.text), "
                    + "area_method: geometric, stimulate: \(contact.stimulate), sense: \(contact.sense)}"
            }
        }
        let electrodes = groups.compactMap { group in group.contacts.first.map { electrode(group.id, $0) } }
        let pair = answers.cathode.joined(separator: "+") + "-" + answers.anode.joined(separator: "+")
        return """
            device:                                  # exactly this one; the guard compares before it arms
              model: \(yamlText(device.model))
              serials: [\(yamlText(device.serial))]
              firmware: "==\(device.firmware)"
              ceiling_amplitude: \(decimalText(device.ceilingAmplitude.value, places: 6)) mA
              ceiling_compliance: \(decimalText(device.ceilingCompliance, places: 3)) V

            electrodes:                              # geometry and material: the engineer's responsibility
            \(electrodes.joined(separator: "\n"))

            contacts:                                # a smaller area is the safer mistake
            \(contacts.joined(separator: "\n"))

            pairs:                                   # explicit allow-list; nothing else is possible
              - {id: \(yamlText(pair)), lead: \(yamlText(answers.lead)), cathode: \(list(answers.cathode)), \
            anode: \(list(answers.anode))}

            """
    }

    var bounds: String {
        let (width, frequency) = answers.isStripOrDepth ? ("40 us", "1 Hz") : ("10 us", "2 Hz")
        let waveform =
            answers.device.waveforms.contains(.biphasicCathodicFirstSymmetric)
            ? "biphasic-cathodic-first-symmetric"
            : waveformNames.first { answers.device.waveforms.contains($0.1) }?.0 ?? "biphasic-cathodic-first-symmetric"
        return """
            limits:
              hard:                                  # the gate denies; no override exists
                amplitude: {min: 0 mA, max: \(answers.amplitude.text)}  # per contact
                total_amplitude: \(answers.amplitude.text)               # over the contacts of a lead driven together
                pulse_width: {min: \(width), max: \(answers.pulseWidth.text)}
                interphase: {min: 0 us, max: 100 us}
                frequency: {min: \(frequency), max: \(answers.frequency.text)}
                min_inter_pulse: \(decimalText(answers.minInterPulse, places: 3)) ms            \
            # end of one pulse to start of the next
                charge_per_phase: \(chargeText(answers.chargePerPhase))        \
            # \(answers.amplitude.text) for \(answers.pulseWidth.text)
                charge_density: \(decimalText(answers.chargeDensity, places: 1)) uC/cm2           \
            # per phase; the ceiling for the kinds that stimulate
                shannon_k: 1.50                      # the strictest line of the table
                imbalance_per_pulse: 0.4 %
                net_current: {max: 25 nA, window: 1 s}
                residual_voltage: \(answers.residualVoltage.text)
                waveforms: [\(waveform)]
              soft:                                  # beyond these only with: ansa limits ack
                amplitude: {max: \(answers.recommendedAmplitude.text)}
                charge_density: \(decimalText(answers.recommendedDensity, places: 1)) uC/cm2           \
            # \(answers.recommendedAmplitude.text) for \(answers.pulseWidth.text)
                shannon_k: 1.50
                residual_voltage: \(answers.recommendedResidualVoltage.text)

            """
    }

    var rates: String {
        let rate = answers.rate
        let evidence =
            answers.isFast ? "full range in 500 ms each way" : "0.03 up, 0.12 down: one published case of titration"
        return """
            rate:
              ramp_up: \(decimalText(rate.up, places: 6)) mA/s                # \(evidence)
              ramp_down: \(decimalText(rate.down, places: 6)) mA/s              # an emergency stop is always immediate
              max_step: \(decimalText(rate.step, places: 6)) mA                  # between two consecutive permits
              min_hold: \(decimalText(rate.hold, places: 6)) s                     \
            # dwell at a target before the next; class slow needs 2 s
              max_changes: {count: \(rate.changes), window: 60 s}   # requested target changes; stops oscillation
              ramp_evidence: \(yamlText(answers.rampEvidence))
              class: \(answers.isFast ? "fast" : "slow")                            \
            # fast (burst-driven) | slow (titration-like)

            """
    }

    var dose: String {
        let lengths: [(String, Int64)] = [
            ("1 s", 1_000_000), ("60 s", 60_000_000), ("1 h", 3_600_000_000), ("24 h", 86_400_000_000),
        ]
        let windows = lengths.map { name, length in
            "    - {length: \(name), charge: \(chargeText(answers.windowCharge(length)))}"
        }
        let strongest =
            answers.patientAmplitude.value >= answers.baselineAmplitude.value
            ? answers.patientAmplitude.text : answers.baselineAmplitude.text
        return """
            dose:                                    # leading-phase charge per contact, sliding windows
              mode: continuous
              on_time_continuous: 24 h
              windows:                               # \(strongest), \(answers.baselineWidth.text), \
            \(answers.baselineFrequency.text) without a pause, and no more
            \(windows.joined(separator: "\n"))
              lockout_after_fault: 10 min

            """
    }

    var sensing: String {
        """
        sensing:                                 # closed loop only while every line holds
          max_sample_age: 20 ms                  # age of the newest sample when judged
          max_gap: 2 ms
          min_valid_channels: \(max(1, answers.contacts.count(where: \.sense)))                  \
        # every contact that says sense: true
          saturation: {fraction: 1 %, window: 200 ms}
          flatline: 500 ms
          blank_after_pulse: 2 ms                # blanked samples are neither a gap, nor flat, nor saturated
          deadline_misses: {count: 3, window: 1 s}
          decoder_confidence_min: 0.7            # dimensionless
          out_of_distribution_max: 3.0           # dimensionless

        """
    }

    var fallback: String {
        let pair = answers.cathode.joined(separator: "+") + "-" + answers.anode.joined(separator: "+")
        return """
            fallback:                                # off is not always the safe state
              on_sensor_loss: \(answers.onSensorLoss) # stop | ramp-off | hold-then-off | open-loop-baseline
              on_gate_violation: deny                # deny | off-latched
              on_watchdog: \(answers.onWatchdog)                  # as on_sensor_loss; always with the latch flag
              on_expiry: \(answers.onExpiry)                    # ramp-off | open-loop-baseline
              hold_max: 5 s
              return_to_closed_loop: manual          # or {after_valid: 30 s, max: {count: 3, window: 1 h}}
              baseline: {pair: \(yamlText(pair)), amplitude: \(answers.baselineAmplitude.text), \
            pulse_width: \(answers.baselineWidth.text), frequency: \(answers.baselineFrequency.text)}

            """
    }

    var people: String {
        """
        patient:
          stop: always                           # no other value
          resume_requires: clinician
          amplitude: {min: 0 mA, max: \(answers.patientAmplitude.text)}
          pause_max: \(answers.pauseMax.text)

        approvals:                               # detached signatures over these exact bytes, one per role
          clinician: minisign:\(answers.clinicianKey)
          engineer: minisign:\(answers.engineerKey)
          reason_for_change: \(yamlText(answers.reason))

        """
    }
}
