import Glibc

/// Numbers as people read them in messages; nothing here decides anything.
enum Shown {
    /// nA as mA.
    static func current(_ nanoamperes: Int64) -> String { number(Double(nanoamperes) / 1e6) + " mA" }

    /// nA/s as mA/s.
    static func currentRate(_ nanoamperes: Int64) -> String { number(Double(nanoamperes) / 1e6) + " mA/s" }

    /// fC as µC, mC or C.
    static func charge(_ femtocoulombs: Int64) -> String { charge(Double(femtocoulombs)) }

    static func charge(_ femtocoulombs: Double) -> String {
        switch femtocoulombs {
        case 1e15...: number(femtocoulombs / 1e15) + " C"
        case 1e12...: number(femtocoulombs / 1e12) + " mC"
        default: number(femtocoulombs / 1e9) + " µC"
        }
    }

    /// fC over µm² as µC/cm².
    static func density(_ femtocoulombs: Int64, over area: Int64) -> String {
        number(Double(femtocoulombs) / Double(area) / 10) + " µC/cm²"
    }

    /// fC/µm² as µC/cm².
    static func density(_ value: Int64) -> String { number(Double(value) / 10) + " µC/cm²" }

    /// Shannon's k of a charge on an area.
    static func shannon(_ femtocoulombs: Int64, over area: Int64) -> String {
        let charge = Double(femtocoulombs)
        return number(log10(charge * charge / Double(area)) - 10)
    }

    /// µs as µs, ms or s.
    static func time(_ microseconds: Int64) -> String {
        switch microseconds {
        case 1_000_000...: number(Double(microseconds) / 1e6) + " s"
        case 1_000...: number(Double(microseconds) / 1e3) + " ms"
        default: "\(microseconds) µs"
        }
    }

    /// mHz as Hz.
    static func frequency(_ millihertz: Int64) -> String { number(Double(millihertz) / 1e3) + " Hz" }

    /// Three significant digits, or all of those before the point, without trailing zeros.
    static func number(_ value: Double) -> String {
        guard value.isFinite, value > 0 else { return "0" }
        let decimals = max(0, min(9, 2 - Int(floor(log10(value)))))
        var digits = String(Int64((value * pow(10, Double(decimals))).rounded()))
        guard decimals > 0 else { return digits }
        digits = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        var text = digits.dropLast(decimals) + "." + digits.suffix(decimals)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return String(text)
    }
}
