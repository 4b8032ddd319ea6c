/// How one number is stored in a binary file.
struct StoredNumber: Hashable, Sendable {
    enum Kind: Hashable, Sendable { case signed, unsigned, float }

    var kind: Kind
    /// Bytes: 1 to 8 for integers; 2, 4 or 8 for floats.
    var size: Int
    var isBigEndian = false

    /// Whether every value is an integer that 32 bits hold.
    var fitsInt32: Bool { kind == .signed && size <= 4 || kind == .unsigned && size <= 3 }

    /// The number whose first byte is `bytes[at]`; an integer beyond 2^53 is rounded to the nearest double.
    @inline(__always)
    func value(_ bytes: [UInt8], _ at: Int) -> Double {
        let word = word(bytes, at)
        switch kind {
        case .unsigned: return Double(word)
        case .signed: return Double(signed(word))
        case .float:
            if size == 8 { return Double(bitPattern: word) }
            if size == 4 { return Double(Float(bitPattern: UInt32(truncatingIfNeeded: word))) }
            return StoredNumber.half(UInt16(truncatingIfNeeded: word))
        }
    }

    /// The integer whose first byte is `bytes[at]`, where ``fitsInt32``.
    @inline(__always)
    func count(_ bytes: [UInt8], _ at: Int) -> Int32 {
        let word = word(bytes, at)
        return kind == .signed ? Int32(truncatingIfNeeded: signed(word)) : Int32(truncatingIfNeeded: word)
    }

    @inline(__always)
    private func word(_ bytes: [UInt8], _ at: Int) -> UInt64 {
        var word: UInt64 = 0
        for place in 0..<size {
            let byte = UInt64(bytes[at + (isBigEndian ? size - 1 - place : place)])
            word |= byte << UInt64(8 * place)
        }
        return word
    }

    @inline(__always)
    private func signed(_ word: UInt64) -> Int64 {
        let unused = Int64(64 - 8 * size)
        return (Int64(bitPattern: word) << unused) >> unused
    }

    /// A half-precision number (IEEE 754, binary16): 1 bit of sign, 5 of exponent, 10 of fraction.
    private static func half(_ bits: UInt16) -> Double {
        let fraction = Double(bits & 0x3ff)
        let exponent = Int(bits >> 10 & 0x1f)
        let sign: Double = bits >> 15 == 0 ? 1 : -1
        if exponent == 0 { return sign * fraction * 0x1p-24 }
        if exponent == 31 { return fraction == 0 ? sign * .infinity : .nan }
        return sign * (1024 + fraction) * Double(sign: .plus, exponent: exponent - 25, significand: 1)
    }
}
