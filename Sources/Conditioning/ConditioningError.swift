/// Why a signal cannot be conditioned as asked, with what was found and what is allowed.
public enum ConditioningError: Error, Hashable, Sendable, CustomStringConvertible {
    case frequency(found: Double, below: Double)
    case band(from: Double, to: Double)
    case order(found: Int)
    case quality(found: Double)
    case unstable(section: Int)
    case montage(found: Int, expected: Int)
    case noChannels
    case channel(found: Int, count: Int)
    case notPositive(found: Double)

    public var description: String {
        switch self {
        case .frequency(let found, let below): "frequency \(found) Hz; allowed: above 0 and below \(below) Hz"
        case .band(let from, let to): "band from \(from) to \(to) Hz; allowed: from below to"
        case .order(let found): "filter order \(found); allowed: 1 to 16, even for a band-pass"
        case .quality(let found): "quality \(found); allowed: above 0"
        case .unstable(let section): "section \(section) of the filter is unstable"
        case .montage(let found, let expected): "\(found) channel scales for \(expected) channels"
        case .noChannels: "no channel is selected"
        case .channel(let found, let count): "channel index \(found); allowed: 0 to \(count - 1)"
        case .notPositive(let found): "a length, time or factor of \(found); allowed: above 0"
        }
    }
}
