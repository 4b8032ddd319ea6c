/// Dates of files, in seconds since 1970-01-01T00:00:00Z.
///
/// No clock is read here.
public enum FileDate {
    /// Seconds of a day.
    public static let day: Int64 = 86_400
    /// 2020-01-01: a clock that says less was never set.
    public static let earliestClock: Int64 = 1_577_836_800

    /// `2026-11-20T09:30:00Z`, or `2026-11-20` for its midnight; nil for anything else, such as 31 June.
    public static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 10 || bytes.count == 20 else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            bytes[range].reduce(Int64?(0)) { sum, byte in
                guard let sum, (48...57).contains(byte) else { return nil }
                return sum * 10 + Int64(byte - 48)
            }
        }
        guard let year = number(0..<4), let month = number(5..<7), let dayOfMonth = number(8..<10),
            bytes[4] == 45, bytes[7] == 45, year >= 1970, (1...12).contains(month),
            dayOfMonth >= 1, dayOfMonth <= length(ofMonth: month, year: year)
        else { return nil }
        let midnight = days(year, month, dayOfMonth) * day
        if bytes.count == 10 { return midnight }
        guard bytes[10] == 84, bytes[13] == 58, bytes[16] == 58, bytes[19] == 90,
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            hour < 24, minute < 60, second < 60
        else { return nil }
        return midnight + hour * 3_600 + minute * 60 + second
    }

    /// The day of `seconds` as `2026-11-20`; of the years 1 and 9999 where it lies beyond them.
    public static func date(_ seconds: Int64) -> String {
        let seconds = min(max(seconds, -62_135_596_800), 253_402_300_799)
        let (year, month, dayOfMonth) = civil(seconds >= 0 ? seconds / day : (seconds - day + 1) / day)
        return "\(year)-\(month < 10 ? "0" : "")\(month)-\(dayOfMonth < 10 ? "0" : "")\(dayOfMonth)"
    }

    private static func length(ofMonth month: Int64, year: Int64) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        switch month {
        case 2: return isLeap ? 29 : 28
        case 4, 6, 9, 11: return 30
        default: return 31
        }
    }

    /// Days since 1970-01-01.
    ///
    /// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
    private static func days(_ year: Int64, _ month: Int64, _ dayOfMonth: Int64) -> Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = y / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + dayOfMonth - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The reverse.
    ///
    /// Source: as above, civil_from_days.
    private static func civil(_ days: Int64) -> (Int64, Int64, Int64) {
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let index = (5 * dayOfYear + 2) / 153
        let month = index < 10 ? index + 3 : index - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * index + 2) / 5 + 1)
    }
}
