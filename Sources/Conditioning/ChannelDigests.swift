import Signal

/// One ``Digest32`` for each channel and block, eight at a time.
@safe final class ChannelDigests: @unchecked Sendable {
    let values: UnsafeMutablePointer<UInt32>
    private let groups: Int

    init(channels: Int) {
        groups = (channels + 7) / 8
        unsafe values = .allocate(capacity: groups * 8)
        unsafe values.initialize(repeating: Digest32().value, count: groups * 8)
    }

    deinit { unsafe values.deallocate() }

    func reset() { unsafe values.update(repeating: Digest32().value, count: groups * 8) }

    /// Digests each channel's samples in `range`, then its envelope, then its band power.
    func process(_ range: Range<Int>, of rows: SampleRows, envelope: SampleRows, power: SampleRows) {
        for group in 0..<groups {
            var hash = SIMD8<UInt32>(repeating: Digest32().value)
            var place = unsafe rows.row(range.lowerBound) + group
            for _ in range {
                hash = unsafe mixed(hash, place.pointee)
                unsafe place += rows.groups
            }
            hash = unsafe mixed(mixed(hash, envelope.row(0)[group]), power.row(0)[group])
            unsafe UnsafeMutableRawPointer(values + group * 8).storeBytes(of: hash, as: SIMD8<UInt32>.self)
        }
    }

    @inline(__always) private func mixed(_ hash: SIMD8<UInt32>, _ value: Octet) -> SIMD8<UInt32> {
        let bits = unsafe unsafeBitCast(value, to: SIMD8<UInt32>.self)
        return (hash ^ bits) &* 0x0100_0193
    }
}
