extension RecordedInstant {
    /// The instant `microseconds` after 1970-01-01T00:00:00; nil beyond the years 1600 to 9999.
    init?(microsecondsSince1970 microseconds: Int64, zone: String) {
        guard (-11_676_096_000_000_000..<253_370_764_800_000_000).contains(microseconds) else { return nil }
        self.init("1970-01-01T00:00:00")
        let day = 86_400_000_000 as Int64
        let days = (microseconds >= 0 ? microseconds : microseconds - day + 1) / day
        self.day = days
        nanosecond = (microseconds - days * day) * 1_000
        self.zone = zone
    }

    /// The instant `seconds` after 1970-01-01T00:00:00, to the microsecond; nil beyond the years 1600 to 9999.
    init?(secondsSince1970 seconds: Double, zone: String) {
        guard seconds.isFinite, abs(seconds) < 1e12 else { return nil }
        self.init(microsecondsSince1970: Int64((seconds * 1e6).rounded()), zone: zone)
    }
}
