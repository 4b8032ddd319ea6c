/// A number that is not rounded until it is shown: a quotient of two whole numbers, neither below zero.
///
///     Fraction(385_000_000, over: 1_500_000).text(digits: 3)     // "257"
///     Fraction(385_000_000, over: 15_000_000).text(digits: 3)    // "25.7"
public struct Fraction: Hashable, Sendable {
    public var numerator: UInt128
    /// Never zero.
    public var denominator: UInt128

    /// `numerator` ÷ `denominator`; a denominator of zero counts as one.
    public init(_ numerator: UInt128, over denominator: UInt128 = 1) {
        self.numerator = numerator
        self.denominator = max(1, denominator)
    }

    /// `value` as it is; below zero counts as zero.
    public init(_ value: Int64) { self.init(UInt128(max(0, value))) }

    /// The whole number at or below, `Int64.max` where it does not fit.
    public var roundedDown: Int64 { Int64(exactly: numerator / denominator) ?? .max }

    /// The whole number at or above, `Int64.max` where it does not fit.
    public var roundedUp: Int64 {
        Int64(exactly: numerator / denominator + (numerator % denominator == 0 ? 0 : 1)) ?? .max
    }

    /// Times a whole number.
    public func times(_ factor: UInt128) -> Fraction {
        Fraction(Self.product(numerator, factor), over: denominator)
    }

    /// Divided by a whole number.
    public func divided(by divisor: UInt128) -> Fraction {
        Fraction(numerator, over: Self.product(denominator, divisor))
    }

    /// As a floating-point number, for pictures only.
    public var approximate: Double { Double(numerator) / Double(denominator) }

    /// True where the fraction is at most `other`.
    public func isAtMost(_ other: Fraction) -> Bool {
        Self.product(numerator, other.denominator) <= Self.product(other.numerator, denominator)
    }

    /// `digits` significant digits, or all of those before the point, half rounded up, without trailing zeros.
    public func text(digits: Int = 3) -> String {
        guard numerator > 0 else { return "0" }
        var decimals = digits
        var whole = numerator / denominator
        while whole > 0 {
            whole /= 10
            decimals -= 1
        }
        var scaled = numerator
        if decimals == digits {
            while scaled < denominator, decimals < 30 {
                scaled = Self.product(scaled, 10)
                decimals += 1
            }
            decimals -= 1
        }
        decimals = min(max(0, decimals), 30)
        scaled = numerator
        for _ in 0..<decimals { scaled = Self.product(scaled, 10) }
        let remainder = scaled % denominator
        let value = scaled / denominator + (remainder >= denominator - remainder && remainder > 0 ? 1 : 0)
        return Self.point(value, decimals: decimals)
    }

    private static func point(_ value: UInt128, decimals: Int) -> String {
        guard decimals > 0 else { return String(value) }
        var digits = String(value)
        digits = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        var text = digits.dropLast(decimals) + "." + digits.suffix(decimals)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return String(text)
    }

    /// Saturating: limits that were loaded keep far below.
    static func product(_ a: UInt128, _ b: UInt128) -> UInt128 {
        let (result, overflow) = a.multipliedReportingOverflow(by: b)
        return overflow ? .max : result
    }

    /// The largest whole number whose square is at most `value`.
    static func squareRoot(_ value: UInt128) -> UInt128 {
        guard value > 1 else { return value }
        var guess = UInt128(1) << UInt128((129 - value.leadingZeroBitCount) / 2)
        while true {
            let next = (guess + value / guess) / 2
            if next >= guess { return guess }
            guess = next
        }
    }
}

/// Exact numbers in the units that people read.
public enum LimitsText {
    /// nA as mA.
    public static func current(_ nanoamperes: Fraction, digits: Int = 4) -> String {
        nanoamperes.divided(by: 1_000_000).text(digits: digits) + " mA"
    }

    /// fC as nC, µC, mC or C.
    public static func charge(_ femtocoulombs: Fraction, digits: Int = 4) -> String {
        let units: [(UInt128, String)] = [
            (1_000_000_000_000_000, " C"), (1_000_000_000_000, " mC"), (1_000_000_000, " µC"),
        ]
        for (size, name) in units where Fraction(size).isAtMost(femtocoulombs) {
            return femtocoulombs.divided(by: size).text(digits: digits) + name
        }
        if Fraction(1_000_000).isAtMost(femtocoulombs), !Fraction(100_000_000).isAtMost(femtocoulombs) {
            return femtocoulombs.divided(by: 1_000_000).text(digits: digits) + " nC"
        }
        return femtocoulombs.divided(by: 1_000_000_000).text(digits: digits) + " µC"
    }

    /// fC/µm² as µC/cm².
    public static func density(_ density: Fraction) -> String { density.divided(by: 10).text(digits: 3) + " µC/cm²" }

    /// µm² as mm² or cm².
    public static func area(_ squareMicrometres: Int64) -> String {
        let area = Fraction(squareMicrometres)
        if squareMicrometres >= 100_000_000 { return area.divided(by: 100_000_000).text(digits: 6) + " cm²" }
        if squareMicrometres >= 100_000 { return area.divided(by: 1_000_000).text(digits: 6) + " mm²" }
        return "\(squareMicrometres) µm²"
    }

    /// µs in the unit that fits; days from two on, so that a day is 24 h.
    public static func time(_ microseconds: Int64) -> String {
        let units: [(Int64, String)] = [
            (172_800_000_000, " d"), (3_600_000_000, " h"), (60_000_000, " min"), (1_000_000, " s"), (1_000, " ms"),
        ]
        for (size, name) in units where microseconds >= size {
            let unit = name == " d" ? size / 2 : size
            return Fraction(microseconds).divided(by: UInt128(unit)).text(digits: 3) + name
        }
        return "\(microseconds) µs"
    }

    /// mHz as Hz.
    public static func frequency(_ millihertz: Int64) -> String {
        Fraction(millihertz).divided(by: 1_000).text(digits: 6) + " Hz"
    }

    /// pV as V.
    public static func voltage(_ picovolts: Fraction) -> String {
        picovolts.divided(by: 1_000_000_000_000).text(digits: 4) + " V"
    }

    /// Hundredths as Shannon's k: `1.50`.
    public static func shannon(_ hundredths: Int64) -> String {
        "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }

    /// The instant `seconds` after 1970 as `2026-11-20T09:30:00Z`.
    public static func instant(_ seconds: Int64) -> String {
        let second = (seconds % FileDate.day + FileDate.day) % FileDate.day
        let parts = [second / 3_600, second / 60 % 60, second % 60].map { ($0 < 10 ? "0" : "") + String($0) }
        return FileDate.date(seconds) + "T" + parts.joined(separator: ":") + "Z"
    }
}

/// `text` as a YAML scalar: plain where nothing can be misread, otherwise in double quotes.
public func yamlText(_ text: String) -> String {
    let plain = text.allSatisfy { character in
        character.isASCII && (character.isLetter || character.isWholeNumber || " ._/+()".contains(character))
            || character == "-"
    }
    let isSafe = plain && text.first.map { $0.isLetter || $0.isWholeNumber } == true && text.last != " "
    return isSafe ? text : jsonText(text)
}

/// `value` divided by 10^`places`, exactly, without trailing zeros.
func decimalText(_ value: Int64, places: Int) -> String {
    var digits = String(max(0, value))
    digits = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    var text = String(digits.dropLast(places)) + "." + digits.suffix(places)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
}
