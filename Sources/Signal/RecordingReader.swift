/// Something that is odd about a recording, and what was assumed.
public struct RecordingWarning: Hashable, Sendable {
    /// A short stable word, such as `truncated`.
    public var kind: String
    /// Where: a file name with a byte offset or a line.
    public var place: String
    public var text: String

    /// A warning of `kind` at `place`.
    public init(kind: String, place: String, text: String) {
        self.kind = kind
        self.place = place
        self.text = text
    }
}

/// Instants that a recording lacks, between two that it stores.
public struct RecordingGap: Hashable, Sendable {
    /// The stored instant that follows the gap.
    public var before: Int64
    /// Instants that are missing, at the recording's rate.
    public var count: Int64

    /// `count` instants are missing before the stored instant `before`.
    public init(before: Int64, count: Int64) {
        self.before = before
        self.count = count
    }
}

/// A recording that can be read stretch by stretch; all channels have one rate.
///
/// Readers live in Sessions; the `Recording` driver of Acquisition takes any of them.
public protocol RecordingReader: AnyObject {
    var montage: Montage { get }
    /// Sampling rate in Hz as a ratio (numerator, denominator).
    var rate: (numerator: Int64, denominator: Int64) { get }
    /// Instants that the recording stores.
    var frames: Int64 { get }
    /// Where instants are missing between stored ones, in order; empty where the recording has no gap.
    ///
    /// A recording may also store instants that never arrived: there every channel is NaN.
    var gaps: [RecordingGap] { get }
    var warnings: [RecordingWarning] { get }
    /// Reads `count` instants from `first` as physical values, frame by frame, in the unit of each channel.
    ///
    /// `into` has room for at least `count × channels` values.
    ///
    /// - Throws: when the file can no longer be read.
    func read(first: Int64, count: Int, into: UnsafeMutableBufferPointer<Float>) throws(RecordingError)
}

extension RecordingReader {
    /// None.
    public var gaps: [RecordingGap] { [] }
}

/// Why a recording cannot be read.
public struct RecordingError: Error, Hashable, Sendable, CustomStringConvertible {
    public var file: String
    /// Byte offset or line and column, or empty.
    public var place: String
    /// What was found, what is allowed.
    public var text: String

    /// An error in `file` at `place`.
    public init(file: String, place: String = "", text: String) {
        self.file = file
        self.place = place
        self.text = text
    }

    public var description: String { place.isEmpty ? "\(file): \(text)" : "\(file): \(place): \(text)" }
}
