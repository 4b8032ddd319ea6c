/// The example of the limits file's reference, but for a few long comments: fictional subject, emulated device.
enum ExampleLimits {
    /// Its file name in messages.
    static let file = "limits.yaml"

    /// The text with `old`, which stands in it once, replaced by `new`.
    static func with(_ old: String, _ new: String) -> [UInt8] {
        let parts = text.split(separator: old, omittingEmptySubsequences: false)
        precondition(parts.count == 2, "\(old) stands \(parts.count - 1) times")
        return Array((parts[0] + new + parts[1]).utf8)
    }

    static let bytes = Array(text.utf8)

    static let text = #"""
        # Ansa limits file: fictional subject, emulated device, not for clinical use.
        # Every scalar is read as text; the schema decides its type. A quantity carries
        # its unit; a bare number is allowed only where the schema says "dimensionless".
        schema: ansa.limits/1
        file_id: 01M7W4N5E0T3V9Q2C8RJ6XKB4H      # ULID, 26 characters
        revision: 7                              # strictly increasing per subject and device
        supersedes: blake2b:b14d098809de74ec26984343d2c1b057e8a7f79e31ec4c9f4ee7b960db798522
        issued: "2026-11-20T09:30:00Z"
        not_before: "2026-11-21T00:00:00Z"
        expires: "2027-02-20T00:00:00Z"          # at most 180 days after issued
        purpose: closed-loop                     # bench | hil | open-loop | closed-loop
        setting: research, inpatient, clinician present

        subject:
          pseudonym: S-0417                      # never a name; must equal the session's subject
          body_site: STN left
          consent_scope: [record, stimulate, closed-loop]   # absent means denied
          consent_expires: "2027-06-30"
          retention: 5 years

        device:
          model: emulated-stim-16
          serials: [EMU-00231]
          firmware: ">=3.2,<4"
          ceiling_amplitude: 5 mA
          ceiling_compliance: 10 V

        electrodes:                              # geometry: the engineer's responsibility
          - id: L1
            kind: macro-segment
            material: PtIr
            charge_injection_limit: 50 uC/cm2
            charge_injection_condition: 60 us, in vivo, report 2026-11
            impedance: {min: 250 ohm, max: 3.5 kohm, max_age: 12 h, max_step: 30 %}
          - id: E1
            kind: strip                          # sensing only in this file
            material: Pt
            impedance: {min: 250 ohm, max: 3.5 kohm, max_age: 12 h, max_step: 30 %}
          - id: CAN
            kind: return-case
            material: Ti

        contacts:
          - {id: 2a, electrode: L1, area: 1.5 mm2, area_method: geometric, stimulate: true, sense: false}
          - {id: case, electrode: CAN, area: 20 cm2, area_method: geometric, stimulate: true, sense: false}
          - {id: e1, electrode: E1, area: 4.15 mm2, area_method: geometric, stimulate: false, sense: true}
          - {id: e2, electrode: E1, area: 4.15 mm2, area_method: geometric, stimulate: false, sense: true}
          - {id: e3, electrode: E1, area: 4.15 mm2, area_method: geometric, stimulate: false, sense: true}
          - {id: e4, electrode: E1, area: 4.15 mm2, area_method: geometric, stimulate: false, sense: true}
          - {id: e5, electrode: E1, area: 4.15 mm2, area_method: geometric, stimulate: false, sense: true}
          - {id: e6, electrode: E1, area: 4.15 mm2, area_method: geometric, stimulate: false, sense: true}
          - {id: e7, electrode: E1, area: 4.15 mm2, area_method: geometric, stimulate: false, sense: true}
          - {id: e8, electrode: E1, area: 4.15 mm2, area_method: geometric, stimulate: false, sense: true}

        pairs:                                   # explicit allow-list; nothing else is possible
          - {id: 2a-case, lead: left, cathode: [2a], anode: [case]}

        limits:
          hard:                                  # the gate denies; no override exists
            amplitude: {min: 0 mA, max: 3.5 mA}  # per contact
            total_amplitude: 5 mA                # summed over the source contacts of a lead driven together
            pulse_width: {min: 30 us, max: 110 us}
            interphase: {min: 0 us, max: 100 us}
            frequency: {min: 2 Hz, max: 185 Hz}
            min_inter_pulse: 5 ms                # end of one pulse to start of the next
            charge_per_phase: 0.4 uC
            charge_density: 30 uC/cm2
            shannon_k: 1.75                      # dimensionless; macro kinds only, an error for kind micro
            imbalance_per_pulse: 0.4 %
            net_current: {max: 25 nA, window: 1 s}
            residual_voltage: 100 mV
            waveforms: [biphasic-cathodic-first-symmetric]
          soft:                                  # beyond these only with a recorded acknowledgement
            amplitude: {max: 2.8 mA}
            charge_density: 22 uC/cm2
            shannon_k: 1.50
            residual_voltage: 50 mV

        rate:
          ramp_up: 10 mA/s
          ramp_down: 10 mA/s                     # an emergency stop is always immediate
          max_step: 0.2 mA                       # between two consecutive permits
          min_hold: 0 s
          max_changes: {count: 200, window: 60 s} # requested target changes; stops oscillation
          ramp_evidence: tolerance test 2026-11-18, varying-stimulation method
          class: fast

        dose:                                    # leading-phase charge per contact, sliding windows
          mode: continuous                       # continuous | burst
          on_time_continuous: 24 h
          windows:
            - {length: 1 s, charge: 20 uC}
            - {length: 60 s, charge: 1.2 mC}
            - {length: 1 h, charge: 75 mC}
            - {length: 24 h, charge: 1.75 C}
          lockout_after_fault: 10 min
          # mode burst needs instead: train_max, train_gap_min, a duty per window,
          # per_episode_max, lockout_after_episode, therapies_per_day

        sensing:                                 # closed loop only while every line holds
          max_sample_age: 20 ms                  # age of the newest sample when judged
          max_gap: 2 ms
          min_valid_channels: 6                  # dimensionless
          saturation: {fraction: 1 %, window: 200 ms}
          flatline: 500 ms
          blank_after_pulse: 2 ms                # blanked samples are neither a gap, nor flat, nor saturated
          deadline_misses: {count: 3, window: 1 s}
          decoder_confidence_min: 0.7            # dimensionless
          out_of_distribution_max: 3.0           # dimensionless

        fallback:
          on_sensor_loss: open-loop-baseline     # stop | ramp-off | hold-then-off | open-loop-baseline
          on_gate_violation: deny                # deny | off-latched (IL-07, 08, 18, 19 only)
          on_watchdog: open-loop-baseline        # as on_sensor_loss; always with the latch flag
          on_expiry: open-loop-baseline          # ramp-off | open-loop-baseline; warned 24 h and 1 h before
          hold_max: 5 s
          return_to_closed_loop: {after_valid: 30 s, max: {count: 3, window: 1 h}}   # or: manual
          baseline: {pair: 2a-case, amplitude: 2.0 mA, pulse_width: 60 us, frequency: 130 Hz}

        patient:
          stop: always                           # no other value
          resume_requires: clinician
          amplitude: {min: 0 mA, max: 2.5 mA}
          pause_max: 4 h

        sensory:                                 # optional; audio and visual feedback
          audio: {max: 80 dBA}
          audio_dose: {level: 80 dBA, duration: 40 h, window: 7 d}
          flashes: {count: 3, window: 1 s}
          red_flash: false

        approvals:                               # detached signatures over these exact bytes, one per role
          clinician: minisign:6F1C2A9B04D7E3A8
          engineer: minisign:B3508ED2197C4F60
          reason_for_change: raise upper bound after titration
        """# + "\n"
}
