/// Why a profile cannot be wired to its source: what was asked for, and what there is.
public struct AssemblyError: Error, Hashable, Sendable, CustomStringConvertible {
    public var text: String

    /// An error that says `text`.
    public init(text: String) { self.text = text }

    public var description: String { text }
}
