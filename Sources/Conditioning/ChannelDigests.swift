import Signal

/// One ``Digest32`` for each channel and block.
///
/// ### Implementation Notes
///
/// A digest is a chain of multiplications, each of which waits for the one before. Four groups of eight at a time keep
/// four chains under way; what is left over goes one by one. (SIMD32 would say it shorter and is ten times slower.)
@safe final class ChannelDigests: @unchecked Sendable {
    let values: UnsafeMutablePointer<UInt32>
    private let groups: Int

    init(channels: Int) {
        groups = (channels + 7) / 8
        unsafe values = .allocate(capacity: groups * 8)
        unsafe values.initialize(repeating: Digest32().value, count: groups * 8)
    }

    deinit { unsafe values.deallocate() }

    /// Digests each channel's samples in `range`, then its envelope, then its band power.
    func process(_ range: Range<Int>, of rows: SampleRows, envelope: SampleRows, power: SampleRows) {
        var group = 0
        while group + 4 <= groups {
            unsafe fourGroups(group, range, rows, envelope.row(0) + group, power.row(0) + group)
            group += 4
        }
        while group < groups {
            var hash = Self.start
            for row in range { unsafe Self.mix(&hash, rows.row(row)[group]) }
            unsafe Self.mix(&hash, envelope.row(0)[group])
            unsafe Self.mix(&hash, power.row(0)[group])
            store(hash, group)
            group += 1
        }
    }

    func reset() { unsafe values.update(repeating: Digest32().value, count: groups * 8) }

    private func fourGroups(
        _ group: Int, _ range: Range<Int>, _ rows: SampleRows, _ envelope: UnsafeMutablePointer<Octet>,
        _ power: UnsafeMutablePointer<Octet>
    ) {
        var (a, b, c, d) = (Self.start, Self.start, Self.start, Self.start)
        var place = unsafe rows.row(range.lowerBound) + group
        for _ in range {
            unsafe Self.mix(&a, &b, &c, &d, place)
            unsafe place += rows.groups
        }
        unsafe Self.mix(&a, &b, &c, &d, envelope)
        unsafe Self.mix(&a, &b, &c, &d, power)
        store(a, group)
        store(b, group + 1)
        store(c, group + 2)
        store(d, group + 3)
    }

    private static var start: SIMD8<UInt32> { SIMD8(repeating: Digest32().value) }

    @inline(__always) private func store(_ hash: SIMD8<UInt32>, _ group: Int) {
        unsafe UnsafeMutableRawPointer(values + group * 8).storeBytes(of: hash, as: SIMD8<UInt32>.self)
    }

    @inline(__always) private static func mix(
        _ a: inout SIMD8<UInt32>, _ b: inout SIMD8<UInt32>, _ c: inout SIMD8<UInt32>, _ d: inout SIMD8<UInt32>,
        _ place: UnsafeMutablePointer<Octet>
    ) {
        unsafe mix(&a, place[0])
        unsafe mix(&b, place[1])
        unsafe mix(&c, place[2])
        unsafe mix(&d, place[3])
    }

    @inline(__always) private static func mix(_ hash: inout SIMD8<UInt32>, _ value: Octet) {
        let bits = unsafe unsafeBitCast(value, to: SIMD8<UInt32>.self)
        hash = (hash ^ bits) &* 0x0100_0193
    }
}
