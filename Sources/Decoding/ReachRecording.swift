import Glibc

/// Spike counts in bins and the movement that goes with them.
///
/// A folder with `spikes.npy` (bins × units, counts), `hand_velocity.npy` (bins × 2 or more, m/s) and, for decoders
/// that need it, `hand_position.npy` (bins × 2 or more, m); `time.npy` (s) gives the length of a bin.
public struct ReachRecording: Sendable {
    /// Bins × units.
    public let counts: Matrix
    /// Bins × 2, m/s.
    public let velocity: Matrix
    /// Bins × 2, m.
    public let position: Matrix?
    /// Seconds.
    public let bin: Double
    public let split: TimeSplit

    /// A recording from its parts.
    ///
    /// - Throws: shapes that disagree, values that are not finite, fewer than 500 bins.
    public init(
        counts: Matrix, velocity: Matrix, position: Matrix? = nil, bin: Double = 0.05
    ) throws(CalibrationError) {
        for (name, array) in [("velocity", velocity), ("position", position ?? velocity)] {
            guard array.rows == counts.rows, array.columns >= 2 else {
                throw .shape(what: name, found: [array.rows, array.columns], expected: "\(counts.rows) × 2 or more")
            }
            if let place = array.firstNotFinite {
                throw .notFinite(what: name, row: place.row, column: place.column)
            }
        }
        if let place = counts.firstNotFinite {
            throw .notFinite(what: "spikes", row: place.row, column: place.column)
        }
        guard counts.columns > 0, counts.columns <= 16_384 else {
            throw .shape(what: "spikes", found: [counts.rows, counts.columns], expected: "1 to 16384 units")
        }
        guard counts.values.allSatisfy({ $0 >= 0 }) else {
            throw .setting(name: "a spike count", found: "negative", allowed: "0 and above")
        }
        guard counts.rows >= 500 else { throw .tooFew(what: "bins", found: counts.rows, least: 500) }
        guard bin > 0, bin <= 10 else { throw .setting(name: "a bin", found: "\(bin) s", allowed: "0 to 10 s") }
        self.counts = counts
        self.velocity = velocity.firstColumns(2)
        self.position = position?.firstColumns(2)
        self.bin = bin
        split = TimeSplit(counts.rows)
    }

    /// Reads the folder at `path`.
    ///
    /// - Throws: ``CalibrationError``, with the file and what is wrong with it.
    public init(folder path: String) throws(CalibrationError) {
        func array(_ name: String) throws(CalibrationError) -> Matrix {
            try NumpyArray(path + "/" + name).matrix(name)
        }
        func exists(_ name: String) -> Bool { unsafe access(path + "/" + name, F_OK) == 0 }
        guard exists("spikes.npy") else {
            throw .file(path: path, text: "no spikes.npy in this folder; expected: bins × units of counts")
        }
        guard exists("hand_velocity.npy") else {
            throw .noLabels(path: path, expected: "hand_velocity.npy, bins × 2 or more, in m/s")
        }
        var bin = 0.05
        if exists("time.npy") {
            let times = try array("time.npy")
            if times.rows > 1 { bin = (times[times.rows - 1, 0] - times[0, 0]) / Double(times.rows - 1) }
        }
        try self.init(
            counts: array("spikes.npy"), velocity: array("hand_velocity.npy"),
            position: exists("hand_position.npy") ? array("hand_position.npy") : nil, bin: bin)
    }
}

/// Parts in the order of time: the first 70 % to train on, up to 80 % to choose by, the rest to score.
public struct TimeSplit: Hashable, Sendable {
    public let train: Range<Int>
    public let validation: Range<Int>
    public let test: Range<Int>

    /// The parts of `count` instants: ⌊0.7 n⌋ and ⌊0.8 n⌋.
    public init(_ count: Int) {
        train = 0..<(count * 7 / 10)
        validation = (count * 7 / 10)..<(count * 8 / 10)
        test = (count * 8 / 10)..<count
    }

    /// Training and validation.
    public var fit: Range<Int> { 0..<test.lowerBound }

    /// `0-10874 train, 10875-12427 validation, 12428-15535 test`.
    public var description: String {
        "\(text(train)) train, \(text(validation)) validation, \(text(test)) test, in the order of time"
    }

    private func text(_ range: Range<Int>) -> String { "\(range.lowerBound)-\(range.upperBound - 1)" }
}
