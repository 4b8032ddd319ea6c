import Glibc
import Signal

/// The sine of a fixed frequency at any sample, by an exact phase: no drift over days.
@safe final class SineTable: @unchecked Sendable {
    static let entries = 4096
    private let table: UnsafeMutablePointer<Float>
    private let step: UInt64
    private let period: UInt64

    /// A sine of `frequencyMillihertz` at the rate of `format`.
    ///
    /// Turns per sample are f / (1000 · rate) = step / period, both whole numbers.
    init(frequencyMillihertz: Int64, _ format: BlockFormat) {
        step = UInt64(frequencyMillihertz) * UInt64(format.rateDenominator)
        period = UInt64(format.rateNumerator) * 1000
        unsafe table = .allocate(capacity: Self.entries)
        for index in 0..<Self.entries {
            unsafe (table + index).initialize(to: Float(sin(2 * Double.pi * Double(index) / Double(Self.entries))))
        }
    }

    deinit { unsafe table.deallocate() }

    /// Sine and cosine at sample `index`, to the nearest of 4,096 phases.
    func sineCosine(ofSample index: Int64) -> (Float, Float) {
        let product = (UInt64(index) % period).multipliedFullWidth(by: step)
        let remainder = period.dividingFullWidth((product.high % period, product.low)).remainder
        let entry = remainder.multipliedFullWidth(by: UInt64(Self.entries))
        return sineCosine(entry: Int(period.dividingFullWidth(entry).quotient))
    }

    /// Sine and cosine of entry `entry` of 4,096.
    func sineCosine(entry: Int) -> (Float, Float) {
        unsafe (
            table[entry & (Self.entries - 1)], table[(entry + Self.entries / 4) & (Self.entries - 1)]
        )
    }
}
