/// A remark of an EDF+ or BDF+ file.
public struct EDFAnnotation: Hashable, Sendable {
    /// Seconds since the first sample.
    public var onset: Double
    /// Seconds, or nil where the file gives none.
    public var duration: Double?
    public var text: String

    /// A remark at `onset`.
    public init(onset: Double, duration: Double?, text: String) {
        self.onset = onset
        self.duration = duration
        self.text = text
    }
}

/// The time-stamped annotation lists of one record (EDF+ specification, §2.2.2).
///
///     +onset[0x15 duration]0x14 text 0x14 … 0x00
struct EDFAnnotationList {
    /// The start of the record, from the list's first entry.
    var recordOnset: Double?
    var annotations: [EDFAnnotation] = []
    /// Texts that were not UTF-8 and were read as latin-1.
    var latin1Texts = 0

    /// Adds the lists in `bytes`; the first of a record's first annotation signal is the record's own time.
    mutating func add(_ bytes: ArraySlice<UInt8>, isFirstSignal: Bool) {
        var isFirst = isFirstSignal
        for list in bytes.split(separator: 0) {
            let fields = list.split(separator: 0x14, omittingEmptySubsequences: false)
            let stamp = fields[0].split(separator: 0x15, omittingEmptySubsequences: false)
            guard let first = stamp.first, let onset = EDFAnnotationList.number(first) else { continue }
            let duration = stamp.count > 1 ? EDFAnnotationList.number(stamp[1]) : nil
            if isFirst { recordOnset = onset }
            isFirst = false
            for field in fields.dropFirst() where !field.isEmpty {
                annotations.append(EDFAnnotation(onset: onset, duration: duration, text: text(field)))
            }
        }
    }

    private mutating func text(_ bytes: ArraySlice<UInt8>) -> String {
        if let text = RecordingText.utf8(bytes) { return text }
        latin1Texts += 1
        return RecordingText.latin1(bytes)
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Double? {
        let text = RecordingText.trimmed(RecordingText.latin1(bytes))
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }
}
