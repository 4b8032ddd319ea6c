/// A cascade of second-order sections over many channels at once.
///
/// One section, transposed direct form II, over eight channels a vector:
///
///     y   = b0 x + z1
///     z1' = b1 x − a1 y + z2
///     z2' = b2 x − a2 y
///
/// Source: Oppenheim & Schafer, Discrete-Time Signal Processing, 3rd ed., §6.3.
///
/// ### Implementation Notes
///
/// Samples lie frame by frame; a group of eight channels runs through all frames of a block with its state in
/// registers. Coefficients stand broadcast behind a pointer, −a1 and −a2 stored negated, and every step is a fused
/// multiply-add, so that the bits depend on nothing but the inputs. More than five sections run as several passes,
/// because no more states fit the registers. Samples that decay below 10⁻³⁸ become subnormal; the default control word
/// is kept. Measured on an AMD EPYC: 40 s of silence after a signal take no longer a block than the signal did.
@safe public final class BiquadBank: @unchecked Sendable {
    public let sections: Int
    /// Vectors of eight channels.
    public let groups: Int
    let coefficients: UnsafeMutablePointer<SIMD8<Float>>
    /// For each group, z1 and z2 of each section, in order.
    let state: UnsafeMutablePointer<SIMD8<Float>>
    private let saved: UnsafeMutablePointer<SIMD8<Float>>
    private let stateCount: Int

    /// A bank at rest for at least `channels` channels.
    public init(biquads: [Biquad], channels: Int) {
        sections = biquads.count
        groups = (channels + 7) / 8
        stateCount = max(1, 2 * sections * groups)
        unsafe coefficients = Self.vectors(max(1, 5 * sections))
        unsafe state = Self.vectors(stateCount)
        unsafe saved = Self.vectors(stateCount)
        for (index, biquad) in biquads.enumerated() {
            let row = [biquad.b0, biquad.b1, biquad.b2, -biquad.a1, -biquad.a2]
            for (place, value) in row.enumerated() {
                unsafe coefficients[5 * index + place] = SIMD8(repeating: Float(value))
            }
        }
    }

    deinit {
        unsafe coefficients.deallocate()
        unsafe state.deallocate()
        unsafe saved.deallocate()
    }

    private static func vectors(_ count: Int) -> UnsafeMutablePointer<SIMD8<Float>> {
        let raw = UnsafeMutableRawPointer.allocate(byteCount: count * 32, alignment: 64)
        let vectors = unsafe raw.bindMemory(to: SIMD8<Float>.self, capacity: count)
        unsafe vectors.initialize(repeating: SIMD8(repeating: 0), count: count)
        return unsafe vectors
    }

    /// Filters `frames` rows of `groups` vectors from `input` to `output`, which may be the same memory.
    public func process(input: UnsafePointer<SIMD8<Float>>, output: UnsafeMutablePointer<SIMD8<Float>>, frames: Int) {
        guard frames > 0 else { return }
        guard sections > 0 else {
            unsafe UnsafeMutableRawPointer(output).copyMemory(from: input, byteCount: frames * groups * 32)
            return
        }
        var source = unsafe UnsafePointer(input)
        var first = 0
        while first < sections {
            let pass = min(5, sections - first)
            switch pass {
            case 1: unsafe run(of: InlineArray<1, SectionState>.self, first, source, output, frames)
            case 2: unsafe run(of: InlineArray<2, SectionState>.self, first, source, output, frames)
            case 3: unsafe run(of: InlineArray<3, SectionState>.self, first, source, output, frames)
            case 4: unsafe run(of: InlineArray<4, SectionState>.self, first, source, output, frames)
            default: unsafe runFive(first, source, output, frames)
            }
            unsafe source = UnsafePointer(output)
            first += pass
        }
    }

    /// Remembers the present state.
    public func save() { unsafe saved.update(from: state, count: stateCount) }

    /// Returns to the state of the last ``save()``.
    public func restore() { unsafe state.update(from: saved, count: stateCount) }

    /// Back to rest.
    public func reset() {
        unsafe state.update(repeating: SIMD8(repeating: 0), count: stateCount)
        unsafe saved.update(repeating: SIMD8(repeating: 0), count: stateCount)
    }
}

extension BiquadBank {
    /// One to four sections, from section `first`, through all groups.
    @inline(__always) private func run<let size: Int>(
        of: InlineArray<size, SectionState>.Type, _ first: Int, _ input: UnsafePointer<SIMD8<Float>>,
        _ output: UnsafeMutablePointer<SIMD8<Float>>, _ frames: Int
    ) {
        let k = unsafe UnsafePointer(coefficients + 5 * first)
        for group in 0..<groups {
            let home = unsafe state + 2 * (group * sections + first)
            var z = InlineArray<size, SectionState>(repeating: SectionState())
            for s in 0..<size { z[s] = unsafe SectionState(z1: home[2 * s], z2: home[2 * s + 1]) }
            var place = group
            for _ in 0..<frames {
                var v = unsafe input[place]
                for s in 0..<size { unsafe z[s].step(&v, k + 5 * s) }
                unsafe output[place] = v
                place &+= groups
            }
            for s in 0..<size { unsafe (home[2 * s], home[2 * s + 1]) = (z[s].z1, z[s].z2) }
        }
    }

    /// Five sections: state in five named places, ten registers, which the compiler keeps better than an array.
    private func runFive(
        _ first: Int, _ input: UnsafePointer<SIMD8<Float>>, _ output: UnsafeMutablePointer<SIMD8<Float>>,
        _ frames: Int
    ) {
        let k = unsafe UnsafePointer(coefficients + 5 * first)
        for group in 0..<groups {
            let home = unsafe state + 2 * (group * sections + first)
            var z = unsafe SectionState(z1: home[0], z2: home[1])
            var y = unsafe SectionState(z1: home[2], z2: home[3])
            var x = unsafe SectionState(z1: home[4], z2: home[5])
            var w = unsafe SectionState(z1: home[6], z2: home[7])
            var u = unsafe SectionState(z1: home[8], z2: home[9])
            var place = group
            for _ in 0..<frames {
                var v = unsafe input[place]
                unsafe z.step(&v, k)
                unsafe y.step(&v, k + 5)
                unsafe x.step(&v, k + 10)
                unsafe w.step(&v, k + 15)
                unsafe u.step(&v, k + 20)
                unsafe output[place] = v
                place &+= groups
            }
            unsafe (home[0], home[1], home[2], home[3]) = (z.z1, z.z2, y.z1, y.z2)
            unsafe (home[4], home[5], home[6], home[7]) = (x.z1, x.z2, w.z1, w.z2)
            unsafe (home[8], home[9]) = (u.z1, u.z2)
        }
    }
}

/// What one section remembers of eight channels.
struct SectionState: BitwiseCopyable {
    var z1 = SIMD8<Float>(repeating: 0)
    var z2 = SIMD8<Float>(repeating: 0)

    /// Replaces `v` by the section's answer; `k` points to b0, b1, b2, −a1, −a2.
    @inline(__always) mutating func step(_ v: inout SIMD8<Float>, _ k: UnsafePointer<SIMD8<Float>>) {
        let o = unsafe z1.addingProduct(k[0], v)
        z1 = unsafe z2.addingProduct(k[1], v).addingProduct(k[3], o)
        z2 = unsafe (k[2] * v).addingProduct(k[4], o)
        v = o
    }
}
