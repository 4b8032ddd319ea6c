/// Why a decoder could not be calibrated or scored: what was found, where, and what is allowed.
public enum CalibrationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A file cannot be read, or is not what it should be.
    case file(path: String, text: String)
    /// Two arrays that belong together have other lengths.
    case shape(what: String, found: [Int], expected: String)
    /// A NaN or an infinity, with its place.
    case notFinite(what: String, row: Int, column: Int)
    /// Less data than the protocol needs.
    case tooFew(what: String, found: Int, least: Int)
    /// The recording does not hold what a decoder is trained on.
    case noLabels(path: String, expected: String)
    /// A symmetric matrix that should be positive definite is not.
    case notPositive(row: Int, of: Int)
    /// A setting outside its range.
    case setting(name: String, found: String, allowed: String)
    /// An iteration that should end did not.
    case notConverged(what: String)
    /// The person asked to stop.
    case interrupted

    /// One sentence.
    public var description: String {
        switch self {
        case .file(let path, let text): "\(path): \(text)"
        case .shape(let what, let found, let expected): "\(what) has shape \(text(found)); expected: \(expected)"
        case .notFinite(let what, let row, let column):
            "\(what): row \(row), column \(column) is not a finite number"
        case .tooFew(let what, let found, let least): "\(found) \(what); at least \(least) are needed"
        case .noLabels(let path, let expected): "\(path): no labels to learn from; expected: \(expected)"
        case .notPositive(let row, let size):
            "the covariance of \(size) values is not positive definite (at value \(row)): two of them are copies, or "
                + "one never changes"
        case .setting(let name, let found, let allowed): "\(name) is \(found); allowed: \(allowed)"
        case .notConverged(let what): "\(what) could not be found: the iteration does not end"
        case .interrupted: "stopped; nothing was written"
        }
    }
}

private func text(_ shape: [Int]) -> String { "[" + shape.map(String.init).joined(separator: ", ") + "]" }
