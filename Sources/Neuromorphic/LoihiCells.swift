/// The state of one population of the fixed-point chip.
///
/// Currents and membranes are whole numbers of at most 24 bits, decays of 13 and sums of weights of at most 50:
/// products and sums of these are exact in double precision, and a division by 4096 is a change of exponent. So eight
/// neurons are computed at once, with the bits that integers give.
@safe final class LoihiCells {
    let count: Int
    /// Sum of the synapses of this step, cleared by the update.
    let arriving: UnsafeMutablePointer<Int64>
    /// 1 where a neuron fired in the last step.
    let fired: UnsafeMutablePointer<Int32>
    /// `count`, filled up to whole vectors with neurons that never fire.
    private let padded: Int
    private let u: UnsafeMutablePointer<Double>
    private let v: UnsafeMutablePointer<Double>
    /// (4096 − (du + 1)) / 4096, (4096 − dv) / 4096, threshold and bias, each over all neurons.
    private let constants: UnsafeMutablePointer<Double>

    private typealias Lanes = SIMD8<Double>
    private static let top = Double(1 << 23)

    init(_ population: LoihiPopulation) {
        count = population.count
        padded = max(8, (population.count + 7) / 8 * 8)
        unsafe arriving = .allocate(capacity: padded)
        unsafe fired = .allocate(capacity: padded)
        unsafe u = .allocate(capacity: padded)
        unsafe v = .allocate(capacity: padded)
        unsafe constants = .allocate(capacity: 4 * padded)
        unsafe constants.initialize(repeating: 0, count: 4 * padded)
        for i in 0..<padded { unsafe constants[2 * padded + i] = .infinity }
        for i in 0..<count {
            let mantissa = Int64(population.biasMantissa[i])
            let exponent = population.biasExponent
            let bias = exponent >= 0 ? mantissa << exponent : mantissa >> -exponent
            unsafe constants[i] = Double(4096 - (Int64(population.currentDecay[i]) + 1)) / 4096
            unsafe constants[padded + i] = Double(4096 - Int64(population.voltageDecay[i])) / 4096
            if population.fires { unsafe constants[2 * padded + i] = Double(Int64(population.threshold[i]) << 6) }
            unsafe constants[3 * padded + i] = Double(bias)
        }
        reset()
    }

    deinit {
        unsafe arriving.deallocate()
        unsafe fired.deallocate()
        unsafe u.deallocate()
        unsafe v.deallocate()
        unsafe constants.deallocate()
    }

    func reset() {
        unsafe arriving.initialize(repeating: 0, count: padded)
        unsafe fired.initialize(repeating: 0, count: padded)
        unsafe u.initialize(repeating: 0, count: padded)
        unsafe v.initialize(repeating: 0, count: padded)
    }

    /// One step of every neuron; the number that fired.
    func update() -> Int {
        let top = Lanes(repeating: Self.top)
        var total = Lanes.zero
        var i = 0
        while i < padded {
            var current = unsafe (lanes(u + i) * lanes(constants + i)).rounded(.towardZero)
            unsafe current += Self.exact(UnsafeRawPointer(arriving + i).loadUnaligned(as: SIMD8<Int64>.self) &<< 6)
            current.replace(with: current - 2 * top, where: current .> top)
            current.replace(with: current + 2 * top, where: current .<= -top)
            var voltage = unsafe (lanes(v + i) * lanes(constants + padded + i)).rounded(.towardZero)
            unsafe voltage += current + lanes(constants + 3 * padded + i)
            voltage.replace(with: 1 - top, where: voltage .< 1 - top)
            voltage.replace(with: top - 1, where: voltage .> top - 1)
            let spike = unsafe voltage .> lanes(constants + 2 * padded + i)
            voltage.replace(with: 0, where: spike)
            let spikes = Lanes.zero.replacing(with: 1, where: spike)
            unsafe UnsafeMutableRawPointer(u + i).storeBytes(of: current, as: Lanes.self)
            unsafe UnsafeMutableRawPointer(v + i).storeBytes(of: voltage, as: Lanes.self)
            unsafe UnsafeMutableRawPointer(fired + i).storeBytes(
                of: SIMD8<Int32>(truncatingIfNeeded: Self.whole(spikes)), as: SIMD8<Int32>.self)
            unsafe UnsafeMutableRawPointer(arriving + i).storeBytes(of: .zero, as: SIMD8<Int64>.self)
            total += spikes
            i &+= 8
        }
        return Int(total.sum())
    }

    /// Whole numbers below 2⁵¹ as doubles and back, by the bits of 1.5 · 2⁵²: no instruction of the set converts eight.
    private static let magic = 6_755_399_441_055_744.0

    @inline(__always)
    private static func exact(_ values: SIMD8<Int64>) -> Lanes {
        let bits = values &+ SIMD8(repeating: Int64(bitPattern: magic.bitPattern))
        return unsafe unsafeBitCast(bits, to: Lanes.self) - Lanes(repeating: magic)
    }

    @inline(__always)
    private static func whole(_ values: Lanes) -> SIMD8<Int64> {
        let bits = unsafe unsafeBitCast(values + Lanes(repeating: magic), to: SIMD8<Int64>.self)
        return bits &- SIMD8(repeating: Int64(bitPattern: magic.bitPattern))
    }

    @inline(__always)
    private func lanes(_ values: UnsafeMutablePointer<Double>) -> Lanes {
        unsafe UnsafeRawPointer(values).loadUnaligned(as: Lanes.self)
    }

    func current(_ index: Int) -> Int32 {
        precondition(index >= 0 && index < count)
        return unsafe Int32(u[index])
    }

    func voltage(_ index: Int) -> Int32 {
        precondition(index >= 0 && index < count)
        return unsafe Int32(v[index])
    }

    func hasFired(_ index: Int) -> Bool {
        precondition(index >= 0 && index < count)
        return unsafe fired[index] != 0
    }
}
