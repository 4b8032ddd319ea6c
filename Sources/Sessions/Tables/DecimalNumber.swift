/// Numbers in text, read without the locale and rounded to the nearest double.
enum DecimalNumber {
    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// The number in `bytes[range]`, blanks around it left out; nil where it is none.
    ///
    /// Where digits fit into 53 bits and the power of ten into 10^22, both are exact and one division rounds once
    /// (Clinger, "How to read floating point numbers accurately", 1990); anything else takes the long way.
    static func value(_ bytes: [UInt8], _ range: Range<Int>) -> Double? {
        var (at, end) = (range.lowerBound, range.upperBound)
        while at < end, bytes[at] == 0x20 || bytes[at] == 9 { at += 1 }
        while end > at, bytes[end - 1] == 0x20 || bytes[end - 1] == 9 || bytes[end - 1] == 13 { end -= 1 }
        guard at < end, end - at <= 64 else { return nil }
        let start = at
        let isNegative = bytes[at] == 0x2d
        if isNegative || bytes[at] == 0x2b { at += 1 }
        var (mantissa, digits, behind, sawPoint) = (0 as UInt64, 0, 0, false)
        while at < end {
            let byte = bytes[at]
            if byte == 0x2e, !sawPoint {
                sawPoint = true
            } else if byte >= 0x30, byte <= 0x39, digits < 18 {
                mantissa = mantissa * 10 + UInt64(byte - 0x30)
                digits += 1
                behind += sawPoint ? 1 : 0
            } else {
                return long(bytes, start..<end)
            }
            at += 1
        }
        guard digits > 0, mantissa <= 1 << 53 else { return long(bytes, start..<end) }
        let value = Double(mantissa) / powers[behind]
        return isNegative ? -value : value
    }

    private static func long(_ bytes: [UInt8], _ range: Range<Int>) -> Double? {
        Double(String(decoding: bytes[range], as: UTF8.self))
    }
}
