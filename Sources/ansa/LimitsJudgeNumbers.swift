/// Numbers as a person reads them, exact: nothing is rounded, so that a value and the bound next to it differ.
enum ExactText {
    /// nA as mA.
    static func current(_ value: Int64) -> String { decimal(value, places: 6) + " mA" }

    /// nA/s as mA/s.
    static func rate(_ value: Int64) -> String { decimal(value, places: 6) + " mA/s" }

    /// µs as µs, ms, s.
    static func time(_ value: Int64) -> String {
        switch value.magnitude {
        case 10_000_000...: decimal(value, places: 6) + " s"
        case 10_000...: decimal(value, places: 3) + " ms"
        default: "\(value) µs"
        }
    }

    /// fC as nC, µC, mC or C.
    static func charge(_ value: Int64) -> String {
        switch value.magnitude {
        case 1_000_000_000_000_000...: decimal(value, places: 15) + " C"
        case 1_000_000_000_000...: decimal(value, places: 12) + " mC"
        case 20_000_000...: decimal(value, places: 9) + " µC"
        default: decimal(value, places: 6) + " nC"
        }
    }

    /// ppm as %.
    static func ratio(_ value: Int64) -> String { decimal(value, places: 4) + " %" }

    /// fC/µm² as µC/cm².
    static func density(_ value: Int64) -> String { decimal(value, places: 1) + " µC/cm²" }

    /// µV as mV.
    static func voltage(_ value: Int64) -> String { decimal(value, places: 3) + " mV" }

    /// mΩ as kΩ.
    static func resistance(_ value: Int64) -> String { decimal(value, places: 6) + " kΩ" }

    /// Millionths as a number.
    static func millionths(_ value: Int64) -> String { decimal(value, places: 6) }

    /// `value` / 10^`places`, without trailing zeros.
    static func decimal(_ value: Int64, places: Int) -> String {
        var digits = String(value.magnitude)
        if digits.count <= places { digits = String(repeating: "0", count: places + 1 - digits.count) + digits }
        var fraction = digits.suffix(places)
        while fraction.last == "0" { fraction.removeLast() }
        let whole = (value < 0 ? "-" : "") + digits.dropLast(places)
        return fraction.isEmpty ? whole : "\(whole).\(fraction)"
    }
}
