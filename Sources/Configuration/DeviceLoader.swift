import Interlocks
import Signal

/// The device that `bytes` describe.
///
/// - Throws: every problem of the file at once.
public func loadDevice(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> Device {
    let findings = Findings(file: file, letter: "D")
    let root = Fields(try YAMLLoader.load(bytes, file: file, letter: "D"), path: "", findings: findings)
    let device = DeviceReader(root: root).read()
    root.finish()
    _ = try findings.warningsOrThrow()
    return device
}

private struct DeviceReader {
    let root: Fields

    func read() -> Device {
        root.schema("ansa.device/1")
        let id = root.word("id").text
        let summary = root.word("summary").text
        let driver = root.choice("driver", Drivers.sources.map { ($0, $0) }) ?? ""
        let model = root.word("model").text
        let serial = root.word("serial").text
        let firmware = root.word("firmware").text
        let channelsNode = root.required("channels")
        let isFromRecording = driver == "recording"
        let rate = isFromRecording ? (0, 1) : readRate()
        let kind = isFromRecording ? SampleKind.float32 : readSampleKind()
        let montage = Montage(isFromRecording ? checkFromRecording(channelsNode) : readChannels(channelsNode))
        let options = root.optionalBlock("options") { readOptions($0, driver) } ?? [:]
        let stimulator = root.optionalBlock("stimulator") { readStimulator($0) }
        return Device(
            id: id, summary: summary, driver: driver, model: model, serial: serial, firmware: firmware,
            rateNumerator: rate.0, rateDenominator: rate.1, sampleKind: kind, montage: montage,
            stimulator: stimulator, options: options)
    }

    private func readRate() -> (Int64, Int64) {
        let millihertz = root.quantity("rate", .frequency, in: 1...10_000_000_000).value
        guard millihertz > 0 else { return (0, 1) }
        var (a, b) = (millihertz, Int64(1_000))
        while b != 0 { (a, b) = (b, a % b) }
        return (millihertz / a, 1_000 / a)
    }

    private func readSampleKind() -> SampleKind {
        root.choice("sample", [("int16", .int16), ("int32", .int32), ("float32", .float32)]) ?? .float32
    }

    private func checkFromRecording(_ node: Node?) -> [Channel] {
        if let node, root.scalar(node, "channels")?.text != "from-recording" {
            root.report("093", node.position, "channels", "driver recording takes its channels \"from-recording\".")
        }
        return []
    }

    private func readChannels(_ node: Node?) -> [Channel] {
        switch node {
        case nil: return []
        case .mapping(let mapping):
            let fields = Fields(mapping, path: "channels", findings: root.findings)
            defer { fields.finish() }
            let count = fields.number("count", in: 1...65_536).value
            let prototype = readChannel(fields)
            guard count > 0 else { return [] }
            return (0..<count).map { index in
                var channel = prototype
                channel.label += String(index)
                return channel
            }
        case .sequence, .scalar:
            let channels = root.blocks("channels") { readChannel($0) }
            var seen: Set<String> = []
            for channel in channels where !seen.insert(channel.label).inserted {
                let place = node?.position ?? Position(line: 1, column: 1)
                root.report("202", place, "channels", "the label \"\(channel.label)\" stands twice.")
            }
            return channels
        }
    }

    private func readChannel(_ fields: Fields) -> Channel {
        let label = fields.word("label").text
        let kinds = ChannelKind.allCases.map { ($0.rawValue, $0) }
        let kind = fields.choice("kind", kinds) ?? .auxiliary
        let unit = fields.choice("unit", [("uV", "uV"), ("µV", "uV"), ("arbitrary", "arbitrary")]) ?? "uV"
        let billionths = fields.number("units_per_count", factor: 1_000_000_000, in: 1...Int64.max).value
        return Channel(label: label, kind: kind, unit: unit, unitsPerCount: Float(Double(billionths) / 1e9))
    }

    /// Values arrive in base units as whole numbers: mHz, nV, µs.
    private func readOptions(_ fields: Fields, _ driver: String) -> [String: String] {
        let known: [(String, Dimension)] =
            switch driver {
            case "synthetic":
                [
                    ("sine_frequency", .frequency), ("sine_amplitude", .potential), ("noise", .potential),
                    ("spike_rate", .frequency), ("spike_amplitude", .potential), ("gap_every", .time),
                    ("gap_length", .time),
                ]
            case "virtual-patient": [("artefact", .potential)]
            default: []
            }
        var options: [String: String] = [:]
        for (key, dimension) in known {
            if let measured = fields.optionalQuantity(key, dimension) { options[key] = String(measured.value) }
        }
        if driver == "virtual-cortex" {
            options["plant"] = fields.choice("plant", ["cursor", "arm"].map { ($0, $0) }, default: "cursor")
        }
        if driver == "virtual-patient", let sides = fields.optionalNumber("sides", in: 1...8) {
            options["sides"] = String(sides.value)
        }
        return options
    }

    private func readStimulator(_ fields: Fields) -> StimulatorDevice {
        StimulatorDevice(
            driver: fields.choice("driver", Drivers.stimulators.map { ($0, $0) }) ?? "",
            model: fields.word("model").text, serial: fields.word("serial").text,
            firmware: fields.word("firmware").text,
            ceilingAmplitude: Nanoamperes(fields.quantity("ceiling_amplitude", .current, in: 1...100_000_000).value),
            ceilingCompliance: fields.quantity("ceiling_compliance", .voltage, in: 1...1_000_000).value,
            impedance: fields.quantity("impedance", .resistance, in: 1...1_000_000_000_000).value,
            leaseMaximum: Microseconds(fields.quantity("lease_max", .time, in: 1_000...250_000).value),
            amplitudeStep: Nanoamperes(fields.quantity("amplitude_step", .current, in: 1...10_000_000).value),
            contacts: fields.words(fields.required("contacts"), "contacts").map(\.text),
            waveforms: readWaveforms(fields).map(\.1),
            balance: fields.choice("balance", Balance.allCases.map { ($0.rawValue, $0) }) ?? .none,
            onLeaseEnd: fields.choice("on_lease_end", LeaseEnd.allCases.map { ($0.rawValue, $0) }) ?? .storedProgram,
            reports: readReports(fields))
    }

    private func readReports(_ fields: Fields) -> [DeviceReport] {
        fields.words(fields.required("reports"), "reports").compactMap { word in
            if let report = DeviceReport(rawValue: word.text) { return report }
            let names = DeviceReport.allCases.map(\.rawValue)
            let hint = Spelling.hint(for: word.text, among: names)
            let text = "\"\(word.text)\" is not one of \(names.joined(separator: ", ")).\(hint)"
            fields.report("093", word.position, "reports", text)
            return nil
        }
    }
}

/// The words for waveforms, in files of every kind.
let waveformNames: [(String, Waveform)] = [
    ("biphasic-cathodic-first-symmetric", .biphasicCathodicFirstSymmetric),
    ("biphasic-anodic-first-symmetric", .biphasicAnodicFirstSymmetric),
    ("biphasic-cathodic-first-asymmetric", .biphasicCathodicFirstAsymmetric),
    ("passive-recharge", .passiveRecharge),
]

/// The list at `waveforms`.
func readWaveforms(_ fields: Fields) -> [(Word, Waveform)] {
    fields.words(fields.required("waveforms"), "waveforms").compactMap { word in
        if let match = waveformNames.first(where: { $0.0 == word.text }) { return (word, match.1) }
        let names = waveformNames.map(\.0)
        let hint = Spelling.hint(for: word.text, among: names)
        fields.report("093", word.position, "waveforms", "\"\(word.text)\" is not a waveform.\(hint)")
        return nil
    }
}
