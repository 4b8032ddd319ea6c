/// A matrix in memory as a kernel sees it: entry (row, inner) stands at `row × rowStep + inner × innerStep`.
@safe struct KernelOperand<Scalar: BitwiseCopyable> {
    let base: UnsafePointer<Scalar>
    let rowStep: Int
    let innerStep: Int

    init(_ base: UnsafePointer<Scalar>, rowStep: Int, innerStep: Int) {
        unsafe self.base = unsafe base
        self.rowStep = rowStep
        self.innerStep = innerStep
    }
}

/// C += A B, where B and C stand row after row, `bStep` and `cStep` apart; `columns` is a multiple of a vector's.
///
/// ### Implementation Notes
///
/// Tiles of four rows by one vector stay in registers over the inner dimension, which is taken in stretches of 256.
/// The order of additions depends on the shapes alone.
@inline(__always)
private func accumulate<Vector: SIMD>(
    _ a: KernelOperand<Vector.Scalar>, _ b: UnsafePointer<Vector.Scalar>, bStep: Int,
    into c: UnsafeMutablePointer<Vector.Scalar>, cStep: Int, rows: Int, inner: Int, columns: Int, as: Vector.Type
) where Vector.Scalar: BinaryFloatingPoint & BitwiseCopyable, Vector: BitwiseCopyable {
    var start = 0
    while start < inner {
        let end = min(inner, start + 256)
        var row = 0
        while row < rows {
            let count = min(4, rows - row)
            // A short last tile repeats its last row and leaves the repetitions unwritten.
            let a0 = unsafe a.base + row * a.rowStep
            let a1 = unsafe a.base + (row + min(1, count - 1)) * a.rowStep
            let a2 = unsafe a.base + (row + min(2, count - 1)) * a.rowStep
            let a3 = unsafe a.base + (row + min(3, count - 1)) * a.rowStep
            var column = 0
            while column < columns {
                var sum0 = Vector(), sum1 = Vector(), sum2 = Vector(), sum3 = Vector()
                for k in start..<end {
                    let right = unsafe UnsafeRawPointer(b + k * bStep + column).loadUnaligned(as: Vector.self)
                    let at = k * a.innerStep
                    unsafe sum0 += right * a0[at]
                    unsafe sum1 += right * a1[at]
                    unsafe sum2 += right * a2[at]
                    unsafe sum3 += right * a3[at]
                }
                let target = unsafe c + row * cStep + column
                unsafe add(sum0, to: target)
                if count > 1 { unsafe add(sum1, to: target + cStep) }
                if count > 2 { unsafe add(sum2, to: target + 2 * cStep) }
                if count > 3 { unsafe add(sum3, to: target + 3 * cStep) }
                column += Vector.scalarCount
            }
            row += count
        }
        start = end
    }
}

@inline(__always)
private func add<Vector: SIMD>(_ sum: Vector, to target: UnsafeMutablePointer<Vector.Scalar>)
where Vector.Scalar: BinaryFloatingPoint & BitwiseCopyable, Vector: BitwiseCopyable {
    let raw = UnsafeMutableRawPointer(target)
    unsafe raw.storeBytes(of: raw.loadUnaligned(as: Vector.self) + sum, as: Vector.self)
}

/// C += A B in double precision; `columns` is a multiple of 8.
func addProduct(
    _ a: KernelOperand<Double>, _ b: UnsafePointer<Double>, bStep: Int, into c: UnsafeMutablePointer<Double>,
    cStep: Int, rows: Int, inner: Int, columns: Int
) {
    precondition(columns % 8 == 0)
    unsafe accumulate(
        a, b, bStep: bStep, into: c, cStep: cStep, rows: rows, inner: inner, columns: columns, as: SIMD8<Double>.self)
}

/// C += A B in single precision; `columns` is a multiple of 16.
func addProduct(
    _ a: KernelOperand<Float>, _ b: UnsafePointer<Float>, bStep: Int, into c: UnsafeMutablePointer<Float>,
    cStep: Int, rows: Int, inner: Int, columns: Int
) {
    precondition(columns % 16 == 0)
    unsafe accumulate(
        a, b, bStep: bStep, into: c, cStep: cStep, rows: rows, inner: inner, columns: columns, as: SIMD16<Float>.self)
}
