/// Single precision numbers in memory of their own, a multiple of 16 of them, for kernels.
@safe final class FloatRow {
    let count: Int
    let base: UnsafeMutablePointer<Float>

    /// Zeros.
    init(_ count: Int) {
        self.count = count
        let room = (count + 15) / 16 * 16
        unsafe base = .allocate(capacity: room)
        unsafe base.initialize(repeating: 0, count: room)
    }

    deinit { unsafe base.deallocate() }

    /// One value; checked.
    subscript(_ index: Int) -> Float {
        get {
            precondition(index >= 0 && index < count)
            return unsafe base[index]
        }
        set {
            precondition(index >= 0 && index < count)
            unsafe base[index] = newValue
        }
    }

    /// All values to 0.
    func clear() { unsafe base.update(repeating: 0, count: count) }

    /// Takes `values`, as many as fit.
    func fill(_ values: ArraySlice<Float>) {
        for (index, value) in values.prefix(count).enumerated() { unsafe base[index] = value }
    }
}

/// Sixteen numbers of a row.
typealias Lane = SIMD16<Float>

@inline(__always)
func lane(_ base: UnsafePointer<Float>, _ index: Int) -> Lane {
    unsafe UnsafeRawPointer(base + index).loadUnaligned(as: Lane.self)
}

@inline(__always)
func put(_ value: Lane, _ base: UnsafeMutablePointer<Float>, _ index: Int) {
    unsafe UnsafeMutableRawPointer(base + index).storeBytes(of: value, as: Lane.self)
}
