/// An instant as recordings name it, in a calendar of days that no daylight saving changes.
///
/// `yyyy-MM-ddTHH:mm:ss[.fraction][zone]`; the zone is kept as it is and enters no arithmetic.
struct RecordedInstant: Hashable {
    /// Days since 1970-01-01.
    var day: Int64
    /// Nanoseconds since midnight, 0 to 86,399,999,999,999.
    var nanosecond: Int64
    /// `Z`, `+02:00`, or empty.
    var zone: String

    /// The instant that `text` names; nil where it is none.
    init?(_ text: String) {
        let parts = text.split(separator: "T", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let date = parts[0].split(separator: "-").map { Int64($0) }
        guard date.count == 3, let year = date[0], let month = date[1], let number = date[2], (1...12).contains(month),
            (1...31).contains(number), (1...9999).contains(year)
        else { return nil }
        let clock = parts[1].prefix { $0.isNumber || $0 == ":" || $0 == "." }
        zone = String(parts[1].dropFirst(clock.count))
        let fields = clock.split(separator: ":")
        guard fields.count == 3, let hour = Int64(fields[0]), let minute = Int64(fields[1]), hour < 24, minute < 60
        else { return nil }
        let seconds = fields[2].split(separator: ".", omittingEmptySubsequences: false)
        guard let second = Int64(seconds[0]), second < 61, seconds.count <= 2 else { return nil }
        let digits = seconds.count == 2 ? (String(seconds[1].prefix(9)) + "000000000").prefix(9) : "0"
        guard let fraction = Int64(digits) else { return nil }
        day = RecordedInstant.days(year: year, month: month, day: number)
        nanosecond = min(((hour * 60 + minute) * 60 + second) * 1_000_000_000 + fraction, 86_400_000_000_000 - 1)
    }

    /// The instant `seconds` later, to the nanosecond.
    func adding(seconds: Double) -> RecordedInstant {
        var later = self
        let whole = 86_400_000_000_000 as Int64
        let sum = nanosecond + Int64((seconds * 1e9).rounded())
        later.day += sum.quotientAndRemainder(dividingBy: whole).quotient
        later.nanosecond = sum % whole
        if later.nanosecond < 0 {
            later.nanosecond += whole
            later.day -= 1
        }
        return later
    }

    /// Seconds since 1970-01-01 by the recording's own clock.
    var secondsSince1970: Double { Double(day) * 86_400 + Double(nanosecond) / 1e9 }

    /// Year, month (1 to 12) and day of the month.
    var date: (year: Int64, month: Int64, day: Int64) {
        // Days since 0000-03-01 in a calendar whose years begin in March (Hinnant, "chrono-compatible low-level date
        // algorithms").
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let ofEra = shifted - era * 146_097
        let year = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let month = (5 * ofYear + 2) / 153
        let civil = month < 10 ? month + 3 : month - 9
        return (year + era * 400 + (civil <= 2 ? 1 : 0), civil, ofYear - (153 * month + 2) / 5 + 1)
    }

    /// Hour, minute, second.
    var clock: (hour: Int64, minute: Int64, second: Int64) {
        let seconds = nanosecond / 1_000_000_000
        return (seconds / 3_600, seconds / 60 % 60, seconds % 60)
    }

    /// Nanoseconds behind the whole second.
    var fraction: Int64 { nanosecond % 1_000_000_000 }

    var text: String {
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (year, month, number) = date
        let (hour, minute, second) = clock
        let padded = String(repeating: "0", count: max(0, 4 - "\(year)".count)) + "\(year)"
        var text = "\(padded)-\(two(month))-\(two(number))T\(two(hour)):\(two(minute)):\(two(second))"
        if fraction > 0 {
            let digits = "\(fraction + 1_000_000_000)".dropFirst()
            text += "." + String(digits.reversed().drop { $0 == "0" }.reversed())
        }
        return text + zone
    }

    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let ofEra = shifted - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }
}
