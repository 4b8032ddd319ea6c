import Signal

/// The profile that `bytes` describe.
///
/// - Throws: every problem of the file at once.
public func loadProfile(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> Profile {
    let findings = Findings(file: file, letter: "P")
    let root = Fields(try YAMLLoader.load(bytes, file: file, letter: "P"), path: "", findings: findings)
    let reader = ProfileReader(root: root)
    let profile = reader.read()
    root.finish()
    _ = try findings.warningsOrThrow()
    return profile
}

final class ProfileReader {
    let root: Fields
    var places: [String: Position] = [:]

    init(root: Fields) { self.root = root }

    func read() -> Profile {
        root.schema("ansa.profile/1")
        let name = root.word("name").text
        let summary = root.word("summary").text
        let device = root.word("device").text
        let limits = root.optionalWord("limits")
        let seed = root.number("seed")
        let block = root.quantity("block", .fineTime, in: 100_000...1_000_000_000)
        let loops = readLoops(limits)
        let own = loops.first ?? readLoop(limits)
        let scale = readScale()
        let recording = root.optionalWord("recording")?.text
        let resample = root.optionalBlock("resample") { fields in
            // One method, and a profile has to name it: what is made of the signal must be read where it is asked for.
            _ = fields.choice("method", [("polyphase", true)])
            return fields.quantity("to", .frequency, in: 1_000...100_000_000).value
        }
        let blanking = root.optionalBlock("blanking") { fields in
            BlankingSpec(
                fill: fields.choice("fill", BlankingSpec.Fill.allCases.map { ($0.rawValue, $0) }) ?? .linear,
                after: Microseconds(fields.quantity("after", .time, in: 0...100_000).value))
        }
        let spikes = root.optionalBlock("spike_detection") { fields in
            SpikeDetectionSpec(
                threshold: fields.number("threshold", factor: 1_000, in: 1_000...100_000).value,
                refractory: Microseconds(fields.quantity("refractory", .time, in: 0...1_000_000).value))
        }
        let deadlines = root.block("deadlines") { fields in
            Deadlines(
                decision: Nanoseconds(readDecisionDeadline(fields)),
                monitor: Nanoseconds(fields.quantity("monitor", .fineTime, in: 1_000_000...10_000_000_000).value))
        }
        for loop in loops.isEmpty ? [own] : loops { checkExternal(loop, deadlines) }
        let journal = root.optionalBlock("journal") { fields in
            let node = fields.optional("channels")
            return JournalSpec(
                channels: node.map { fields.words($0, "channels").map(\.text) },
                syncInterval: Microseconds(
                    fields.optionalQuantity("sync_interval", .time, in: 1_000...60_000_000)?.value ?? 1_000_000))
        }
        refuseFallbackKeys()
        return Profile(
            name: name, summary: summary, device: device, limits: limits?.text, seed: UInt64(seed.value),
            blockNanoseconds: block.value, filters: own.filters, rereference: own.rereference,
            channels: own.channels, scale: scale?.0, scaleReason: scale?.1, recording: recording,
            resampleMillihertz: resample,
            blanking: blanking ?? BlankingSpec(fill: .linear, after: Microseconds(2_000)), decoder: own.decoder,
            controller: own.controller, stimulation: own.stimulation,
            deadlines: deadlines ?? Deadlines(decision: Nanoseconds(0), monitor: Nanoseconds(0)),
            spikeDetection: spikes,
            journal: journal ?? JournalSpec(channels: nil, syncInterval: Microseconds(1_000_000)), loops: loops,
            places: own.places)
    }

    /// `scale: 0.000001` with its reason; a thousand-millionth is the finest.
    private func readScale() -> (Double, String)? {
        let scale = root.optionalNumber("scale", factor: 1_000_000_000, in: 1...Int64.max)
        let reason = root.optionalWord("scale_reason")
        guard let scale else {
            if let reason { root.report("203", reason.position, "scale_reason", "a reason without a scale.") }
            return nil
        }
        guard let reason else {
            root.report("203", scale.position, "scale", "a scale needs a scale_reason beside it.")
            return nil
        }
        return (Double(scale.value) / 1e9, reason.text)
    }

    /// `2 ms`, or `2 ms after block end`, which says the same in words.
    private func readDecisionDeadline(_ fields: Fields) -> Int64 {
        guard var scalar = fields.scalar(fields.required("decision"), "decision") else { return 0 }
        let tail = " after block end"
        if scalar.text.hasSuffix(tail) { scalar.text.removeLast(tail.count) }
        return fields.measure(scalar, "decision", .fineTime, 10_000...1_000_000_000).value
    }

    /// The loop waits for another process no longer than a decision may take.
    private func checkExternal(_ loop: LoopSpec, _ deadlines: Deadlines?) {
        guard let deadline = loop.decoder.external?.deadline, let deadlines, deadline >= deadlines.decision else {
            return
        }
        let place = loop.places["decoder.deadline"] ?? root.mapping.position
        let text = "not before the decision's own deadline; an answer must come earlier than that."
        root.report("210", place, "decoder.deadline", text)
    }

    /// How to fall back is the signed file's to say.
    private func refuseFallbackKeys() {
        for entry in root.mapping.entries where entry.key.hasPrefix("fallback") || entry.key.hasPrefix("on_") {
            _ = root.optional(entry.key)
            let text = "how to fall back is said by the signed limits file alone. Delete this key."
            root.report("205", entry.keyPosition, entry.key, text)
        }
    }
}
