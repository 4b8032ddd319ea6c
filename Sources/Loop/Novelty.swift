internal import Signal

/// How far the decoded value is from what it was while the session began (IL-29, out of distribution).
///
///     |1 s mean − calibration mean| / max(calibration sd, |calibration mean|), in millionths
///
/// The calibration is the first ten seconds of valid decisions; until then nothing is out of distribution, because
/// nothing is known of it. The mean as the least scale lets a burst and a suppressed rhythm pass, and stops a value
/// that stays four times above its usual at the example's bound of 3. A function of the decisions alone: no clock, no
/// seed.
struct Novelty: Sendable {
    private let calibration: Int64
    private let share: Double
    private var count: Int64 = 0
    private var mean = 0.0, squares = 0.0, recent = 0.0

    /// Decisions come every `period` nanoseconds.
    init(period: Int64) {
        calibration = max(1, 10_000_000_000 / max(1, period))
        share = min(1, Double(period) / 1e9)
    }

    /// Takes in the value of a valid decision (Welford's recurrence while it calibrates).
    mutating func take(_ value: Float) {
        let value = Double(value)
        guard value.isFinite else { return }
        guard count < calibration else {
            recent += (value - recent) * share
            return
        }
        count += 1
        let before = value - mean
        mean += before / Double(count)
        squares += before * (value - mean)
        recent = mean
    }

    /// Millionths; 0 while it calibrates, and never more than 10¹².
    var distance: Int64 {
        guard count >= calibration else { return 0 }
        let scale = max((squares / Double(count)).squareRoot(), abs(mean))
        guard scale > 0 else { return recent == mean ? 0 : 1_000_000_000_000 }
        return Int64(min(1e12, abs(recent - mean) / scale * 1e6))
    }
}
