public import Signal

/// What left a device on one lead since the session began.
public struct LeadTotals: Hashable, Sendable, BitwiseCopyable {
    public var pulses: Int64 = 0
    /// Leading-phase charge.
    public var charge = Femtocoulombs(0)
    public var maximumAmplitude = Nanoamperes(0)

    /// Nothing.
    public init() {}
}

/// The totals of every lead, by the lead's place in the limits; fixed room for as many as can be guarded.
public struct LeadTable: Hashable, Sendable, BitwiseCopyable {
    /// Leads that have a place; as many as `CompiledCeilings.leads`.
    public static let capacity = 8
    private var values = InlineArray<8, LeadTotals>(repeating: LeadTotals())

    /// Nothing was delivered.
    public init() {}

    /// The totals of `lead`; those of a lead without a place are 0.
    public subscript(lead: Int) -> LeadTotals { values.indices.contains(lead) ? values[lead] : LeadTotals() }

    /// One pulse more on `lead`; a lead without a place is not counted.
    public mutating func add(_ charge: Femtocoulombs, at amplitude: Nanoamperes, lead: Int) {
        guard values.indices.contains(lead) else { return }
        values[lead].pulses += 1
        values[lead].charge.value += charge.value
        values[lead].maximumAmplitude = max(values[lead].maximumAmplitude, amplitude)
    }

    public static func == (a: Self, b: Self) -> Bool {
        for lead in a.values.indices where a.values[lead] != b.values[lead] { return false }
        return true
    }

    public func hash(into hasher: inout Hasher) {
        for lead in values.indices { hasher.combine(values[lead]) }
    }

    /// Three numbers of 64 bits a lead.
    func encode(into buffer: RecordBuffer) {
        for lead in values.indices {
            buffer.put(values[lead].pulses)
            buffer.put(values[lead].charge.value)
            buffer.put(values[lead].maximumAmplitude.value)
        }
    }

    init(decoding buffer: RecordBuffer) {
        for lead in values.indices {
            values[lead].pulses = buffer.take()
            values[lead].charge = Femtocoulombs(buffer.take())
            values[lead].maximumAmplitude = Nanoamperes(buffer.take())
        }
    }
}
