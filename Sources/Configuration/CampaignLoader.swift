/// The campaign that `bytes` describe.
///
/// - Throws: every problem of the file at once.
public func loadCampaign(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> Campaign {
    let findings = Findings(file: file, letter: "C")
    let root = Fields(try YAMLLoader.load(bytes, file: file, letter: "C"), path: "", findings: findings)
    let campaign = CampaignReader(root: root).read()
    root.finish()
    _ = try findings.warningsOrThrow()
    return campaign
}

private struct CampaignReader {
    let root: Fields

    func read() -> Campaign {
        root.schema("ansa.campaign/1")
        let name = root.word("name").text
        let summary = root.word("summary").text
        let profile = root.word("profile")
        let seed = root.number("seed", in: 0...1_000_000_000_000_000_000).value
        let devices = root.blocks("devices", readDevice)
        let required = root.words(root.optional("required_tiers"), "required_tiers").compactMap(readTier)
        let cases = root.blocks("cases") { CampaignCaseReader(fields: $0).read() }
        checkNames(cases)
        for tier in required where !devices.contains(where: { $0.tier == tier }) {
            let place = root.optional("required_tiers")?.position ?? root.mapping.position
            root.report("301", place, "required_tiers", "no device of this campaign is emulated on tier \(tier).")
        }
        if cases.isEmpty, let node = root.optional("cases") {
            root.report("302", node.position, "cases", "a campaign without a case proves nothing.")
        }
        return Campaign(
            name: name, summary: summary, profile: profile, seed: UInt64(seed), devices: devices,
            requiredTiers: required, cases: cases)
    }

    private func readDevice(_ fields: Fields) -> CampaignDevice {
        let tiers: [(String, Int?)] = [("0", 0), ("1", 1), ("2", 2), ("real", nil)]
        return CampaignDevice(id: fields.word("id"), tier: fields.choice("tier", tiers) ?? nil)
    }

    private func readTier(_ word: Word) -> Int? {
        if let tier = Int(word.text), (0...2).contains(tier) { return tier }
        root.report("093", word.position, "required_tiers", "\"\(word.text)\" is not one of 0, 1, 2.")
        return nil
    }

    private func checkNames(_ cases: [CampaignCase]) {
        var seen: Set<String> = []
        for entry in cases where !seen.insert(entry.name.text).inserted {
            root.report("303", entry.name.position, "cases", "the case \"\(entry.name.text)\" is there twice.")
        }
    }
}

private struct CampaignCaseReader {
    static let longest: Int64 = 86_400_000_000
    let fields: Fields

    func read() -> CampaignCase {
        let name = fields.word("name")
        let summary = fields.word("summary").text
        let duration = fields.quantity("duration", .time, in: 100_000...Self.longest).value
        let repetitions = fields.optionalNumber("repetitions", in: 1...1_000_000)?.value ?? 1
        let faults = list("faults") { readFault($0, until: duration) }
        let steps = list("steps") { readStep($0, until: duration) }
        let expectations = fields.blocks("expect") { CampaignExpectationReader(fields: $0).read() }.compactMap(\.self)
        if expectations.isEmpty, let node = fields.optional("expect") {
            fields.report("304", node.position, "expect", "a case that expects nothing cannot fail.")
        }
        return CampaignCase(
            name: name, summary: summary, duration: duration, repetitions: Int(repetitions), faults: faults,
            steps: steps, expectations: expectations)
    }

    /// The list of blocks at `key`, empty where it does not stand.
    private func list<Value>(_ key: String, _ read: (Fields) -> Value?) -> [Value] {
        fields.has(key)
            ? fields.blocks(key, read).compactMap(\.self)
            : {
                _ = fields.optional(key); return []
            }()
    }

    private func readStep(_ entry: Fields, until end: Int64) -> CampaignStep? {
        let time = entry.quantity("at", .time, in: 0...max(0, end))
        let actions = CampaignStep.Action.allCases.map { ($0.rawValue, $0) }
        guard let action = entry.choice("do", actions) else { return nil }
        if action == .arm, time.value != 0 {
            entry.report("305", time.position, "at", "a session is armed before its first block: \"0 s\".")
        }
        return CampaignStep(time: time.value, action: action)
    }

    private func readFault(_ entry: Fields, until end: Int64) -> CampaignFault? {
        let schedule = readSchedule(entry, until: end)
        guard let kind = readKind(entry) else { return nil }
        var fault = CampaignFault(schedule: schedule, kind: kind)
        switch kind {
        case .signal(let kind): readSignal(kind, entry, &fault)
        case .stimulator(let kind): readStimulator(kind, entry, &fault)
        }
        return fault
    }

    private func readKind(_ entry: Fields) -> CampaignFaultKind? {
        guard entry.has("signal") != entry.has("stimulator") else {
            _ = (entry.optional("signal"), entry.optional("stimulator"))
            entry.report(
                "306", entry.mapping.position, "", "a fault is one of `signal: …` (the amplifier) or `stimulator: …`.")
            return nil
        }
        if entry.has("signal") {
            let words = CampaignFaultKind.SignalKind.allCases.map { ($0.rawValue, $0) }
            return entry.choice("signal", words).map(CampaignFaultKind.signal)
        }
        let words = CampaignFaultKind.StimulatorKind.allCases.map { ($0.rawValue, $0) }
        return entry.choice("stimulator", words).map(CampaignFaultKind.stimulator)
    }

    /// Exactly one of `at`, `every` and `random`.
    private func readSchedule(_ entry: Fields, until end: Int64) -> CampaignSchedule {
        let range = 0...max(0, end)
        let given = ["at", "every", "random"].filter(entry.has)
        if given.count != 1 {
            _ = ["at", "every", "random", "from", "to"].map(entry.optional)
            entry.report("307", entry.mapping.position, "", "a fault has one of `at`, `every` and `random`.")
            return .at(0)
        }
        if given == ["at"] { return .at(entry.quantity("at", .time, in: range).value) }
        if given == ["every"] {
            let period = entry.quantity("every", .time, in: 1_000...Self.longest).value
            let start = entry.optionalQuantity("from", .time, in: range)?.value ?? 0
            let stop = entry.optionalQuantity("to", .time, in: range)?.value ?? end
            return .every(max(period, 1_000), from: start, to: stop)
        }
        return entry.block("random") { fields in
            let count = fields.number("count", in: 1...100_000).value
            let start = fields.quantity("from", .time, in: range)
            let stop = fields.quantity("to", .time, in: range)
            if start.value >= stop.value {
                fields.report("201", stop.position, "to", "\(stop.text) is not after \(start.text).")
            }
            return CampaignSchedule.random(count: Int(count), from: start.value, to: stop.value)
        } ?? .at(0)
    }

    private func time(_ entry: Fields, _ key: String) -> Int64 {
        entry.quantity(key, .time, in: 1...Self.longest).value
    }

    private func readSignal(_ kind: CampaignFaultKind.SignalKind, _ entry: Fields, _ fault: inout CampaignFault) {
        switch kind {
        case .duplicate, .reorder, .counterWrap, .flood: break
        case .drop, .saturation, .stall, .unplug: fault.duration = time(entry, "lasts")
        case .nan, .flat:
            fault.duration = time(entry, "lasts")
            fault.channel = entry.optionalNumber("channel", in: 0...65_535).map { Int($0.value) }
        case .delay: fault.delay = time(entry, "by")
        case .jitter:
            fault.duration = time(entry, "lasts")
            fault.delay = time(entry, "by")
        case .lineNoise:
            fault.microvolts = Double(entry.quantity("height", .potential).value) / 1_000
            fault.frequency = entry.quantity("frequency", .frequency, in: 1...1_000_000_000).value
        case .drift: fault.rate = entry.quantity("rate", .ratio, in: 1...1_000_000).value
        }
    }

    private func readStimulator(
        _ kind: CampaignFaultKind.StimulatorKind, _ entry: Fields, _ fault: inout CampaignFault
    ) {
        switch kind {
        case .nack, .lostAck, .compliance, .stopButton:
            fault.count = entry.optionalNumber("count", in: 1...1_000_000)?.value ?? 1
        case .wrongEcho: fault.current = entry.quantity("by", .current, in: 1...1_000_000_000).value
        case .residualVoltage: fault.microvolts = Double(entry.quantity("height", .potential).value) / 1_000
        case .impedance: fault.impedance = entry.quantity("value", .resistance).value
        case .reboot, .ignoresOff, .unplug, .wrongSerial, .wrongFirmware: break
        }
    }
}
