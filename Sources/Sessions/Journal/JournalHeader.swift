public import Signal

/// A file that decides what a session does, copied into its folder.
public struct JournalInput: Hashable, Sendable {
    /// What it is, such as `profile`, `limits` or `network`.
    public var role: String
    /// Its file name in the session's folder.
    public var name: String
    public var bytes: [UInt8]

    /// An input with this content.
    public init(role: String, name: String, bytes: [UInt8]) {
        self.role = role
        self.name = name
        self.bytes = bytes
    }
}

/// A name and what it stands for.
public struct JournalFact: Hashable, Sendable {
    public var name: String
    public var value: String

    /// `name` is `value`.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What a writer is given at the start of a session.
public struct JournalHeader: Sendable {
    /// Copied into the folder; role and hash are logical, the file name is a label.
    public var inputs: [JournalInput]
    /// Shape of the blocks.
    public var format: BlockFormat
    public var montage: Montage
    public var seed: UInt64
    /// The instruction set for which equal bits are promised, such as `x86-64-v3`.
    public var instructionSet: String
    /// Bit nn is set where the build implements IL-nn.
    public var implementedInterlocks: UInt64
    /// Further logical facts, in this order (coefficients, loaded state).
    public var facts: [JournalFact]
    /// Seal only: date, host, process, paths.
    public var labels: [JournalFact]

    /// A header without further facts and labels.
    public init(
        inputs: [JournalInput], format: BlockFormat, montage: Montage, seed: UInt64, instructionSet: String,
        implementedInterlocks: UInt64, facts: [JournalFact] = [], labels: [JournalFact] = []
    ) {
        self.inputs = inputs
        self.format = format
        self.montage = montage
        self.seed = seed
        self.instructionSet = instructionSet
        self.implementedInterlocks = implementedInterlocks
        self.facts = facts
        self.labels = labels
    }

    /// The payload of the session header, logical facts alone.
    func logicalPayload() -> [UInt8] {
        let text = facts.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 8 }
        let channels = montage.channels.reduce(0) { $0 + $1.label.utf8.count + $1.unit.utf8.count + 64 }
        let roles = inputs.reduce(0) { $0 + $1.role.utf8.count + 36 }
        let writer = PayloadWriter(capacity: 512 + instructionSet.utf8.count + text + channels + roles)
        writer.put(seed)
        writer.put(implementedInterlocks)
        writer.put(text: instructionSet)
        writer.put(Int64(format.channels))
        writer.put(Int64(format.frames))
        writer.put(format.rateNumerator)
        writer.put(format.rateDenominator)
        writer.put(format.kind.rawValue)
        writer.put(UInt32(inputs.count))
        for input in inputs {
            writer.put(text: input.role)
            writer.put(Hash256(of: input.bytes))
        }
        writer.put(UInt32(montage.channels.count))
        for channel in montage.channels {
            writer.put(text: channel.label)
            writer.put(text: channel.kind.rawValue)
            writer.put(text: channel.unit)
            writer.put(channel.unitsPerCount)
        }
        put(facts, to: writer)
        return unsafe Array(writer.bytes)
    }

    /// The payload of the label record: the labels, and which file holds which input.
    func labelPayload() -> [UInt8] {
        let all = labels + inputs.map { JournalFact("input." + $0.role, $0.name) }
        let size = all.reduce(64) { $0 + $1.name.utf8.count + $1.value.utf8.count + 8 }
        let writer = PayloadWriter(capacity: size)
        put(all, to: writer)
        return unsafe Array(writer.bytes)
    }

    private func put(_ facts: [JournalFact], to writer: PayloadWriter) {
        writer.put(UInt32(facts.count))
        for fact in facts {
            writer.put(text: fact.name)
            writer.put(text: fact.value)
        }
    }
}

/// The logical facts at the start of a session, as a reader gives them.
public struct SessionHeader: Hashable, Sendable {
    /// Hash of each input by its role.
    public var inputs: [String: Hash256]
    public var format: BlockFormat
    public var montage: Montage
    public var seed: UInt64
    public var instructionSet: String
    public var implementedInterlocks: UInt64
    public var facts: [JournalFact]

    /// The header in the payload of a ``RecordKind/sessionHeader`` record, or nil when it makes no sense.
    public init?(payload: [UInt8]) {
        var reader = PayloadReader(payload)
        seed = reader.get()
        implementedInterlocks = reader.get()
        instructionSet = reader.getText()
        let (channels, frames) = (reader.get(Int64.self), reader.get(Int64.self))
        let (numerator, denominator) = (reader.get(Int64.self), reader.get(Int64.self))
        guard let kind = SampleKind(rawValue: reader.get()), (1...1_000_000).contains(channels),
            (1...100_000_000).contains(frames), numerator > 0, denominator > 0
        else { return nil }
        format = BlockFormat(
            channels: Int(channels), frames: Int(frames), rateNumerator: numerator, rateDenominator: denominator,
            kind: kind)
        inputs = [:]
        for _ in 0..<reader.get(UInt32.self) {
            if reader.failed { return nil }
            inputs[reader.getText()] = reader.getHash()
        }
        montage = Montage([])
        for _ in 0..<reader.get(UInt32.self) {
            if reader.failed { return nil }
            let (label, kind, unit) = (reader.getText(), reader.getText(), reader.getText())
            montage.channels.append(
                Channel(
                    label: label, kind: ChannelKind(rawValue: kind) ?? .auxiliary, unit: unit,
                    unitsPerCount: reader.getFloat()))
        }
        facts = SessionHeader.readFacts(&reader)
        guard !reader.failed else { return nil }
    }

    /// A list of facts, as header and label records hold it.
    static func readFacts(_ reader: inout PayloadReader) -> [JournalFact] {
        var facts: [JournalFact] = []
        for _ in 0..<reader.get(UInt32.self) {
            if reader.failed { break }
            facts.append(JournalFact(reader.getText(), reader.getText()))
        }
        return facts
    }
}
