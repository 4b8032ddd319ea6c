/// Why a text is not a quantity of the dimension asked for.
public enum QuantityError: Error, Hashable, Sendable {
    /// "3.5": no unit.
    case noUnit
    /// "3,5 mA".
    case decimalComma
    /// "3.5 mV" where a current is asked for.
    case unknownUnit(String)
    /// Nothing that could be a number.
    case notANumber
    /// A minus sign: no quantity of these files is below zero.
    case negative
    /// An exponent beyond ±3.
    case exponent
    /// Not a whole number of the base unit.
    case tooFine
    /// Beyond the range of 64 bits.
    case tooLarge
}

/// A decimal number with a unit, converted exactly to an integer of the base unit.
///
///     try Quantity.parse("3.5 mA", as: .current)      // 3_500_000 nA
///     try Quantity.parse("0.0002 s", as: .time)       // 200 µs; floating point would give 199.99999999999997
public enum Quantity {
    /// `text` in base units of `dimension`; nothing is rounded.
    public static func parse(_ text: String, as dimension: Dimension) throws(QuantityError) -> Int64 {
        let (number, unit) = split(text)
        guard !number.isEmpty else { throw .notANumber }
        if number.contains(",") { throw .decimalComma }
        let decimal = try Decimal(number)
        guard !unit.isEmpty else { throw .noUnit }
        let name = Dimension.canonicalUnit(unit)
        guard let (_, factor) = dimension.units.first(where: { $0.name == name }) else { throw .unknownUnit(unit) }
        return try decimal.scaled(by: factor)
    }

    /// `text`, a number without a unit, times `factor`.
    public static func parseNumber(_ text: String, factor: Int64 = 1) throws(QuantityError) -> Int64 {
        let (number, unit) = split(text)
        guard !number.isEmpty else { throw .notANumber }
        if number.contains(",") { throw .decimalComma }
        guard unit.isEmpty, number == text else { throw .unknownUnit(unit) }
        return try Decimal(number).scaled(by: factor)
    }

    /// The longest beginning that looks like a number, and the rest without its one leading space.
    private static func split(_ text: String) -> (number: String, unit: String) {
        var number = ""
        var rest = Substring(text)
        while let character = rest.first {
            let isExponent = (character == "e" || character == "E") && exponentFollows(rest)
            let isSign = (character == "-" || character == "+") && (number.isEmpty || number.hasSuffix("e"))
            guard isDigit(character) || character == "." || character == "," || isExponent || isSign else { break }
            number.append(isExponent ? "e" : character)
            rest.removeFirst()
        }
        if rest.first == " " { rest.removeFirst() }
        return (number, String(rest))
    }

    private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isWholeNumber }

    private static func exponentFollows(_ rest: Substring) -> Bool {
        var tail = rest.dropFirst()
        if tail.first == "-" || tail.first == "+" { tail = tail.dropFirst() }
        return tail.first.map(isDigit) ?? false
    }
}

/// `digits × 10^power`, exact.
private struct Decimal {
    var digits: Int64 = 0
    var power = 0

    init(_ text: String) throws(QuantityError) {
        if text.hasPrefix("-") { throw .negative }
        let parts = text.split(separator: "e", omittingEmptySubsequences: false)
        guard parts.count <= 2, let mantissa = parts.first else { throw .notANumber }
        if parts.count == 2 {
            guard let exponent = Int(parts[1]), (-3...3).contains(exponent) else { throw .exponent }
            power = exponent
        }
        let halves = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        guard halves.count <= 2, halves.allSatisfy({ !$0.isEmpty }) else { throw .notANumber }
        for (index, half) in halves.enumerated() {
            for character in half {
                guard let digit = character.wholeNumberValue else { throw .notANumber }
                let (shifted, overflow) = digits.multipliedReportingOverflow(by: 10)
                let (sum, carry) = shifted.addingReportingOverflow(Int64(digit))
                if overflow || carry { throw .tooLarge }
                digits = sum
                if index == 1 { power -= 1 }
            }
        }
    }

    func scaled(by factor: Int64) throws(QuantityError) -> Int64 {
        let value = digits.multipliedFullWidth(by: factor)
        var remaining = power
        var wide = Int128(value.high) << 64 | Int128(value.low)
        while remaining < 0 {
            guard wide % 10 == 0 else { throw .tooFine }
            wide /= 10
            remaining += 1
        }
        while remaining > 0 {
            wide *= 10
            remaining -= 1
        }
        guard let result = Int64(exactly: wide) else { throw .tooLarge }
        return result
    }
}
