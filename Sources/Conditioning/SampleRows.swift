/// Eight channels of one instant.
@usableFromInline typealias Octet = SIMD8<Float>

/// Samples frame by frame, eight channels to a vector, in memory that is allocated and written once.
@safe final class SampleRows: @unchecked Sendable {
    /// Vectors in a row.
    let groups: Int
    let rows: Int
    let vectors: UnsafeMutablePointer<Octet>

    /// `rows` rows of zeros for `channels` channels, rounded up to whole vectors.
    init(rows: Int, channels: Int) {
        self.rows = rows
        groups = (channels + 7) / 8
        let count = max(1, rows * groups)
        let raw = UnsafeMutableRawPointer.allocate(byteCount: count * 32, alignment: 64)
        unsafe vectors = raw.bindMemory(to: Octet.self, capacity: count)
        unsafe vectors.initialize(repeating: Octet(repeating: 0), count: count)
    }

    deinit { unsafe vectors.deallocate() }

    /// The first vector of row `index`.
    @inline(__always) func row(_ index: Int) -> UnsafeMutablePointer<Octet> { unsafe vectors + index * groups }

    /// The first value of row `index`.
    @inline(__always) func floats(_ index: Int) -> UnsafeMutablePointer<Float> {
        unsafe UnsafeMutableRawPointer(row(index)).assumingMemoryBound(to: Float.self)
    }

    func clear() { unsafe vectors.update(repeating: Octet(repeating: 0), count: max(1, rows * groups)) }

    /// Copies `count` rows from `source` to `target`; the two may overlap.
    func move(from source: Int, to target: Int, count: Int) {
        unsafe UnsafeMutableRawPointer(row(target)).copyMemory(from: row(source), byteCount: count * groups * 32)
    }
}
