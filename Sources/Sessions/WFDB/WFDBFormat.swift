/// How samples of a WFDB signal file are stored.
///
/// Source: WFDB Applications Guide, "signal(5)" (PhysioNet).
enum WFDBFormat: Int, CaseIterable {
    /// Differences of 8 bits.
    case differences = 8
    case signed16 = 16
    case signed24 = 24
    case signed32 = 32
    /// 16 bits, the high byte first.
    case bigEndian16 = 61
    /// 8 bits, offset binary.
    case offset8 = 80
    /// 16 bits, offset binary.
    case offset16 = 160
    /// Two samples of 12 bits in 3 bytes.
    case packed12 = 212
    /// Three samples of 10 bits in 4 bytes, the lowest bit of each half unused.
    case packed10 = 310
    /// Three samples of 10 bits in 4 bytes, the highest two bits unused.
    case packed10Low = 311

    /// Bytes and samples of the smallest whole block.
    var block: (bytes: Int, samples: Int) {
        switch self {
        case .differences, .offset8: (1, 1)
        case .signed16, .bigEndian16, .offset16: (2, 1)
        case .signed24: (3, 1)
        case .signed32: (4, 1)
        case .packed12: (3, 2)
        case .packed10, .packed10Low: (4, 3)
        }
    }

    /// Samples in `bytes` bytes; a last block may be cut behind a sample that is whole.
    func samples(in bytes: Int64) -> Int64 {
        let (whole, rest) = bytes.quotientAndRemainder(dividingBy: Int64(block.bytes))
        let more: Int64 =
            switch self {
            case .packed12: rest == 2 ? 1 : 0
            case .packed10: rest >= 2 ? 1 : 0
            case .packed10Low: rest == 3 ? 2 : rest == 2 ? 1 : 0
            default: 0
            }
        return whole * Int64(block.samples) + more
    }

    /// The count that says that a sample is missing; format 8 has none.
    var missing: Int32? {
        switch self {
        case .differences: nil
        case .signed16, .bigEndian16, .offset16: -32_768
        case .signed24: -8_388_608
        case .signed32: .min
        case .offset8: -128
        case .packed12: -2_048
        case .packed10, .packed10Low: -512
        }
    }

    /// Bits of a count in 16, 24 or 32.
    var bits: Int {
        switch self {
        case .signed24: 24
        case .signed32, .differences: 32
        default: 16
        }
    }

    /// Sample `index`, counted from the block that begins at `bytes[0]`; bytes behind the last block's end are there.
    @inline(__always)
    func count(_ bytes: [UInt8], _ index: Int) -> Int32 {
        switch self {
        case .differences: return Int32(Int8(bitPattern: bytes[index]))
        case .offset8: return Int32(bytes[index]) - 128
        case .signed16: return Int32(Int16(bitPattern: UInt16(bytes[2 * index]) | UInt16(bytes[2 * index + 1]) << 8))
        case .bigEndian16: return Int32(Int16(bitPattern: UInt16(bytes[2 * index + 1]) | UInt16(bytes[2 * index]) << 8))
        case .offset16: return (Int32(bytes[2 * index]) | Int32(bytes[2 * index + 1]) << 8) - 32_768
        case .signed24:
            let low = Int32(bytes[3 * index]) | Int32(bytes[3 * index + 1]) << 8
            return low | Int32(Int8(bitPattern: bytes[3 * index + 2])) << 16
        case .signed32: return Int32(bitPattern: bytes.littleEndian(4 * index, UInt32.self))
        case .packed12, .packed10, .packed10Low: return packed(bytes, index)
        }
    }

    private func packed(_ bytes: [UInt8], _ index: Int) -> Int32 {
        let at = index / block.samples * block.bytes
        func byte(_ place: Int) -> Int32 { Int32(bytes[at + place]) }
        func signed(_ value: Int32, bits: Int32) -> Int32 { (value << (32 - bits)) >> (32 - bits) }
        switch (self, index % block.samples) {
        case (.packed12, 0): return signed(byte(0) | (byte(1) & 0x0f) << 8, bits: 12)
        case (.packed12, _): return signed(byte(2) | (byte(1) & 0xf0) << 4, bits: 12)
        case (.packed10, 0): return signed(byte(0) >> 1 | (byte(1) & 7) << 7, bits: 10)
        case (.packed10, 1): return signed(byte(2) >> 1 | (byte(3) & 7) << 7, bits: 10)
        case (.packed10, _): return signed(byte(1) >> 3 | (byte(3) >> 3) << 5, bits: 10)
        case (_, 0): return signed(byte(0) | (byte(1) & 3) << 8, bits: 10)
        case (_, 1): return signed(byte(1) >> 2 | (byte(2) & 0x0f) << 6, bits: 10)
        default: return signed(byte(2) >> 4 | (byte(3) & 0x3f) << 4, bits: 10)
        }
    }
}
