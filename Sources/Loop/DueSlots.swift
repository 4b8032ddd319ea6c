/// What the scheduler can run, in the order of precedence: at equal deadlines the earlier one goes first.
public enum Slot: Int, Sendable, CaseIterable, BitwiseCopyable {
    case acquire = 0
    case condition = 1
    case decode = 2
    case stimulate = 3
    case safety = 4
    case monitor = 5

    /// Its bit in a token's bitmap: acquisition once, the other stages of a block once a loop.
    func bit(lane: Int) -> UInt64 { self == .acquire ? 1 : 1 << UInt64(rawValue + 3 * lane) }

    /// The bits of every stage of a block, in `lanes` loops.
    static func bits(lanes: Int) -> UInt64 { (1 << UInt64(1 + 3 * lanes)) - 1 }
}

/// Released slots and their absolute deadlines: earliest deadline first (Liu & Layland 1973), by a linear scan.
///
///     var due = DueSlots()
///     due.release(.safety, deadline: 5_000_000)
///     due.release(.acquire, deadline: 2_000_000)
///     due.takeEarliest()      // .acquire
struct DueSlots {
    private var deadlines = InlineArray<6, Int64>(repeating: .max)

    mutating func release(_ slot: Slot, deadline: Int64) { deadlines[slot.rawValue] = deadline }

    mutating func takeEarliest() -> Slot? {
        var best = -1
        var earliest = Int64.max
        for index in 0..<6 where deadlines[index] < earliest {
            earliest = deadlines[index]
            best = index
        }
        guard best >= 0 else { return nil }
        deadlines[best] = .max
        return Slot(rawValue: best)
    }
}
