/// A format that recordings and sessions can be exported to.
public enum ExportFormat: String, CaseIterable, Sendable {
    case edf, bdf, xdf, brainvision, bids, csv, npy
}

/// What a user decides about an export.
public struct ExportOptions: Sendable {
    /// The stem of the files' names.
    public var name: String
    /// BIDS labels, letters and digits.
    public var subject: String
    public var task: String
    /// Hz of the mains, for BIDS; nil: not known.
    public var powerLine: Double?

    /// Files called after `name`.
    public init(name: String, subject: String = "01", task: String = "closedloop", powerLine: Double? = nil) {
        self.name = name
        self.subject = subject
        self.task = task
        self.powerLine = powerLine
    }
}

/// What an export wrote.
public struct ExportReport: Hashable, Sendable {
    /// Paths inside the output folder.
    public var files: [String]
    /// What the format could not hold as it was, and what was done.
    public var notes: [String]

    /// Nothing yet.
    public init() { (files, notes) = ([], []) }
}
