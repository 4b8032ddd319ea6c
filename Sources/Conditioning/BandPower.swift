/// The root mean square of each channel over a sliding window.
///
/// The window is split into at most 16 slots of whole blocks; the oldest slot leaves as a whole, so that the window's
/// length varies by one slot. Sums are taken afresh, never subtracted from: they do not drift.
@safe final class BandPower: @unchecked Sendable {
    let values: SampleRows
    /// Sums of squares by slot; those of all slots but the present one together.
    private let slots, settled: SampleRows
    private let blocksPerSlot: Int
    private let frames: Int
    private var slot = 0
    private var blocksInSlot = 0
    private var fullSlots = 0

    init(window: Double, rate: Double, frames: Int, channels: Int) {
        let blocks = max(1, Int((window * rate / Double(frames)).rounded()))
        blocksPerSlot = (blocks + 15) / 16
        self.frames = frames
        slots = SampleRows(rows: (blocks + blocksPerSlot - 1) / blocksPerSlot, channels: channels)
        settled = SampleRows(rows: 1, channels: channels)
        values = SampleRows(rows: 1, channels: channels)
    }

    /// Takes in one block: the rows of `range`.
    func process(_ range: Range<Int>, of rows: SampleRows) {
        if blocksInSlot == blocksPerSlot {
            slot = (slot + 1) % slots.rows
            blocksInSlot = 0
            fullSlots = min(fullSlots + 1, slots.rows - 1)
            settle()
        }
        blocksInSlot += 1
        let samples = (fullSlots * blocksPerSlot + blocksInSlot) * frames
        let share = Octet(repeating: 1 / Float(samples))
        for group in 0..<rows.groups {
            var sum = unsafe slots.row(slot)[group]
            var place = unsafe rows.row(range.lowerBound) + group
            for _ in range {
                let x = unsafe place.pointee
                sum = sum.addingProduct(x, x)
                unsafe place += rows.groups
            }
            unsafe slots.row(slot)[group] = sum
            let whole = unsafe settled.row(0)[group] + sum
            unsafe values.row(0)[group] = (whole * share).squareRoot()
        }
    }

    /// Empties the present slot and sums up the others, once in a slot's time.
    private func settle() {
        settled.clear()
        unsafe slots.row(slot).update(repeating: Octet(repeating: 0), count: slots.groups)
        for index in 0..<slots.rows {
            let sums = unsafe slots.row(index)
            for group in 0..<slots.groups { unsafe settled.row(0)[group] += sums[group] }
        }
    }

    func reset() {
        values.clear()
        slots.clear()
        settled.clear()
        (slot, blocksInSlot, fullSlots) = (0, 0, 0)
    }
}
