import Signal

extension ProfileReader {
    func readFilters() -> [FilterSpec] {
        guard let node = root.optional("filters") else { return [] }
        return root.items(node, "filters").enumerated().compactMap { index, item in
            let key = "filters[\(index)]"
            guard let fields = root.mapping(item, key) else { return nil }
            defer { fields.finish() }
            guard fields.mapping.entries.count == 1 else {
                root.report("092", item.position, key, "one filter is expected, such as `notch: {…}`.")
                return nil
            }
            return readFilter(fields)
        }
    }

    private func readFilter(_ fields: Fields) -> FilterSpec? {
        let notch = fields.optionalBlock("notch") { part in
            FilterSpec.notch(
                centre: part.quantity("at", .frequency, in: 1...Int64.max).value,
                quality: part.number("quality", factor: 1_000, in: 100...10_000_000).value)
        }
        let bandpass = fields.optionalBlock("bandpass") { part in
            let from = part.quantity("from", .frequency, in: 1...Int64.max)
            let to = part.quantity("to", .frequency, in: 1...Int64.max)
            if from.value >= to.value && to.value > 0 {
                part.report("201", from.position, "from", "\(from.text) is not below \(to.text).")
            }
            return FilterSpec.bandpass(from: from.value, to: to.value, order: evenOrder(part))
        }
        let highpass = fields.optionalBlock("highpass") { part in
            FilterSpec.highpass(
                from: part.quantity("from", .frequency, in: 1...Int64.max).value, order: evenOrder(part))
        }
        let lowpass = fields.optionalBlock("lowpass") { part in
            FilterSpec.lowpass(to: part.quantity("to", .frequency, in: 1...Int64.max).value, order: evenOrder(part))
        }
        return notch ?? bandpass ?? highpass ?? lowpass
    }

    private func evenOrder(_ fields: Fields) -> Int {
        let order = fields.number("order", in: 2...16)
        if order.value % 2 != 0 {
            fields.report("107", order.position, "order", "\(order.text) is odd; the overall order is even.")
        }
        return Int(order.value)
    }

    func readDecoder(_ fields: Fields) -> DecoderSpec {
        let kinds = DecoderSpec.Kind.allCases.map { ($0.rawValue, $0) }
        let kind = fields.choice("kind", kinds, default: .spiking) ?? .spiking
        let channel = fields.optionalWord("channel")?.text
        if kind == .external { return readExternal(fields, channel: channel) }
        if kind == .counts { return readCounts(fields, channel: channel) }
        guard kind == .spiking else {
            return DecoderSpec(kind: kind, network: nil, backend: .float, encoder: nil, channel: channel)
        }
        let backends = DecoderSpec.Backend.allCases.map { ($0.rawValue, $0) }
        let encoder = fields.block("encoder") { part in
            EncoderSpec(
                kind: part.choice("kind", EncoderSpec.Kind.allCases.map { ($0.rawValue, $0) }) ?? .delta,
                thresholdNanovolts: part.quantity("threshold", .potential, in: 1...Int64.max).value)
        }
        return DecoderSpec(
            kind: kind, network: fields.word("network").text, backend: fields.choice("backend", backends) ?? .float,
            encoder: encoder, channel: channel)
    }

    /// A network that takes one sum a channel and block.
    private func readCounts(_ fields: Fields, channel: String?) -> DecoderSpec {
        let backends = DecoderSpec.Backend.allCases.map { ($0.rawValue, $0) }
        var spec = DecoderSpec(
            kind: .counts, network: fields.word("network").text,
            backend: fields.choice("backend", backends, default: .float) ?? .float, encoder: nil, channel: channel)
        spec.adaptation = fields.optionalBlock("adaptation") { readAdaptation($0) }
        return spec
    }

    private func readExternal(_ fields: Fields, channel: String?) -> DecoderSpec {
        let command = fields.words(fields.required("command"), "command").map(\.text)
        let place = fields.mapping.position
        if command.isEmpty { fields.report("092", place, "command", "a program and its words are expected.") }
        let deadline = fields.quantity("deadline", .fineTime, in: 10_000...1_000_000_000)
        places["decoder.deadline"] = deadline.position
        let million: Int64 = 1_000_000
        let all = -1_000_000 * million...1_000_000 * million
        let lower = fields.number("lower", factor: million, in: all)
        let upper = fields.number("upper", factor: million, in: all)
        if lower.value >= upper.value {
            fields.report("201", lower.position, "lower", "\(lower.text) is not below \(upper.text).")
        }
        let external = ExternalSpec(
            command: command, deadline: Nanoseconds(deadline.value), lower: lower.value, upper: upper.value,
            unit: fields.word("unit").text)
        return DecoderSpec(
            kind: .external, network: nil, backend: .float, encoder: nil, channel: channel, external: external)
    }

    func readStimulation(_ fields: Fields) -> StimulationSpec {
        let pair = fields.word("pair")
        let width = fields.quantity("pulse_width", .time, in: 1...1_000_000)
        let frequency = fields.quantity("frequency", .frequency, in: 1...1_000_000_000)
        let amplitude = fields.quantity("amplitude", .current)
        places["stimulation.pair"] = pair.position
        places["stimulation.pulse_width"] = width.position
        places["stimulation.frequency"] = frequency.position
        places["stimulation.amplitude"] = amplitude.position
        return StimulationSpec(
            pair: pair.text, width: Microseconds(width.value),
            period: Microseconds(Period.atMost(millihertz: frequency.value)),
            amplitudeMaximum: Nanoamperes(amplitude.value))
    }

    func readController(_ fields: Fields, _ programAmplitude: Nanoamperes?) -> ControllerSpec {
        let kinds = ["on-off", "dual-threshold", "proportional", "open-loop", "none"]
        let kind = fields.choice("kind", kinds.map { ($0, $0) }) ?? "none"
        places["controller.kind"] = fields.mapping.position
        if kind == "none" { return .none }
        let up = fields.quantity("ramp_up", .currentRate, in: 1...Int64.max)
        let down = fields.quantity("ramp_down", .currentRate, in: 1...Int64.max)
        places["controller.ramp_up"] = up.position
        places["controller.ramp_down"] = down.position
        if kind == "open-loop" {
            let amplitude = openLoopAmplitude(fields)
            return .openLoop(amplitude: amplitude, rampUp: up.value, rampDown: down.value)
        }
        let amplitude = programAmplitude ?? Nanoamperes(0)
        if kind == "on-off" {
            return .onOff(
                threshold: fields.quantity("threshold", .potential, in: 1...Int64.max).value,
                dwell: Microseconds(fields.quantity("dwell", .time).value), amplitude: amplitude,
                rampUp: up.value, rampDown: down.value)
        }
        let lower = fields.quantity("lower", .potential, in: 1...Int64.max)
        let upper = fields.quantity("upper", .potential, in: 1...Int64.max)
        if lower.value >= upper.value && upper.value > 0 {
            fields.report("201", lower.position, "lower", "\(lower.text) is not below \(upper.text).")
        }
        return kind == "proportional"
            ? .proportional(
                lower: lower.value, upper: upper.value, amplitude: amplitude, rampUp: up.value, rampDown: down.value)
            : .dualThreshold(
                lower: lower.value, upper: upper.value, amplitude: amplitude, rampUp: up.value, rampDown: down.value)
    }

    /// `amplitude: baseline`, or a current.
    private func openLoopAmplitude(_ fields: Fields) -> Nanoamperes? {
        guard let scalar = fields.scalar(fields.required("amplitude"), "amplitude"), scalar.text != "baseline" else {
            return nil
        }
        let measured = fields.measure(scalar, "amplitude", .current, 0...Int64.max)
        places["controller.amplitude"] = measured.position
        return Nanoamperes(measured.value)
    }
}

/// Frequencies as periods, rounded to the strict side.
enum Period {
    /// The shortest period that is no faster than `millihertz`: 185 Hz gives 5,406 µs.
    static func atMost(millihertz: Int64) -> Int64 {
        millihertz > 0 ? (1_000_000_000 + millihertz - 1) / millihertz : 0
    }

    /// The longest period that is no slower than `millihertz`.
    static func atLeast(millihertz: Int64) -> Int64 { millihertz > 0 ? 1_000_000_000 / millihertz : 0 }
}
