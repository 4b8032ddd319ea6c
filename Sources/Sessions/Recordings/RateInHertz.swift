extension RecordedRate {
    /// The simplest ratio that is `hertz` as a double: 1000 / 1, 975 / 2, 100 / 3; nil where it is not between 1 µHz
    /// and 1 GHz.
    ///
    /// Convergents of the continued fraction, the first that gives the same double (Knuth, The Art of Computer
    /// Programming, vol. 2, §4.5.3); within 1 part in 10^12 where none does. Both stay below 2^46, so that a product
    /// with the samples of a frame fits.
    init?(hertz: Double) {
        guard hertz >= 1e-6, hertz <= 1e9 else { return nil }
        var (before, now): ((n: Int64, d: Int64), (n: Int64, d: Int64)) = ((0, 1), (1, 0))
        var rest = hertz
        for _ in 0..<40 {
            let whole = Int64(rest.rounded(.down))
            let (n, tooMany) = whole.multipliedReportingOverflow(by: now.n)
            let (d, tooFine) = whole.multipliedReportingOverflow(by: now.d)
            guard !tooMany, !tooFine, n < 1 << 46, d < 1 << 46 else { break }
            (before, now) = (now, (n + before.n, d + before.d))
            if now.n > 0, Double(now.n) / Double(now.d) == hertz { break }
            let fraction = rest - Double(whole)
            guard fraction > 1e-12 else { break }
            rest = 1 / fraction
        }
        guard now.n > 0, now.d > 0, abs(Double(now.n) / Double(now.d) / hertz - 1) < 1e-12 else { return nil }
        self.init(now.n, now.d)
    }
}
