import Glibc

/// The newest revision used for one subject and one device.
public struct UsedRevision: Hashable, Sendable {
    /// `subject.pseudonym` of the file.
    public var subject: String
    /// Serial of the stimulator.
    public var serial: String
    public var revision: Int64
    /// ``hashText(of:)`` of the file's bytes.
    public var hash: String
    /// When this revision was first used, in seconds since 1970.
    public var firstUsed: Int64

    /// A revision that was used.
    public init(subject: String, serial: String, revision: Int64, hash: String, firstUsed: Int64) {
        (self.subject, self.serial, self.revision) = (subject, serial, revision)
        (self.hash, self.firstUsed) = (hash, firstUsed)
    }
}

/// Why the record of revisions cannot be used; nothing may be armed then, because it may hide a newer revision.
public struct RevisionError: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String

    /// An error that says `text`.
    public init(_ text: String) { description = text }
}

/// The newest revision used for each subject and device: what anti-rollback rests on.
///
/// Kept in the file `revisions` of the state folder: a line `ansa.revisions/1`, one line of five fields parted by
/// tabulators for each subject and device, and a line with the BLAKE2b-256 of the lines before it, so that a cut or
/// edited file is no record. A file that is not there is an empty record; one that cannot be read is an error.
public struct RevisionRecord: Hashable, Sendable {
    /// In the order of first use.
    public private(set) var entries: [UsedRevision] = []

    private static let name = "revisions"
    private static let header = "ansa.revisions/1"

    /// Nothing was used yet.
    public init() {}

    /// The record in the state folder `folder`.
    ///
    /// - Throws: where a file is there and is not whole and readable.
    public init(folder: String) throws(RevisionError) {
        let path = folder + "/" + Self.name
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try readFile(path)
        } catch {
            if error.code == ENOENT { return }
            throw RevisionError("\(error): nothing is armed while the record of used revisions cannot be read")
        }
        guard let entries = Self.parse(bytes) else {
            throw RevisionError("\(path): damaged: nothing is armed while the record of used revisions cannot be read")
        }
        self.entries = entries
    }

    /// What was used for `subject` on the device with `serial`, or nil.
    public func last(subject: String, serial: String) -> UsedRevision? {
        entries.first { $0.subject == subject && $0.serial == serial }
    }

    /// Notes that `limits`, parsed from `bytes`, is used from `now` (seconds since 1970) on the device with `serial`.
    ///
    /// An older revision changes nothing, nor does the same one again.
    ///
    /// - Returns: true where the record changed and must be written.
    public mutating func note(_ limits: LimitsFile, bytes: [UInt8], serial: String, at now: Int64) -> Bool {
        let used = UsedRevision(
            subject: limits.subject.pseudonym.text, serial: serial, revision: limits.revision.value,
            hash: hashText(of: bytes), firstUsed: now)
        guard let index = entries.firstIndex(where: { $0.subject == used.subject && $0.serial == serial }) else {
            entries.append(used)
            return true
        }
        guard used.revision > entries[index].revision else { return false }
        entries[index] = used
        return true
    }

    /// Writes the record to the state folder `folder`, on the disk when this returns.
    public func write(folder: String) throws(FileError) { try replaceFile(Self.name, in: folder, with: encoded) }

    private var encoded: [UInt8] {
        var text = Self.header + "\n"
        for entry in entries {
            let fields = [entry.subject, entry.serial, String(entry.revision), entry.hash, String(entry.firstUsed)]
            text += fields.joined(separator: "\t") + "\n"
        }
        return Array((text + hashText(of: Array(text.utf8)) + "\n").utf8)
    }

    /// nil where a single byte is not as ``encoded`` writes it.
    private static func parse(_ bytes: [UInt8]) -> [UsedRevision]? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count >= 3, lines.first == header, lines.last == "" else { return nil }
        var record = RevisionRecord()
        for line in lines.dropFirst().dropLast(2) {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 5, let revision = Int64(fields[2]), let used = Int64(fields[4]),
                record.last(subject: fields[0], serial: fields[1]) == nil
            else { return nil }
            record.entries.append(
                UsedRevision(
                    subject: fields[0], serial: fields[1], revision: revision, hash: fields[3], firstUsed: used))
        }
        return record.encoded == bytes ? record.entries : nil
    }
}

extension LimitsFile {
    /// Whether `record` holds something newer for this subject and the device with `serial`, or another file with
    /// this revision; a skipped revision is a warning.
    public func revisionProblems(_ bytes: [UInt8], in record: RevisionRecord, serial: String) -> [Problem] {
        guard let last = record.last(subject: subject.pseudonym.text, serial: serial) else { return [] }
        let older = revisionProblems(last: last.revision, used: last.firstUsed)
        guard older.isEmpty else { return older }
        let day = FileDate.date(last.firstUsed)
        func problem(
            _ code: String, _ severity: Severity, _ place: Position, _ field: String, _ text: String
        ) -> Problem {
            Problem(code: "ANSA-L" + code, severity: severity, file: file, position: place, field: field, text: text)
        }
        if revision.value == last.revision {
            guard last.hash != hashText(of: bytes) else { return [] }
            let text =
                "\(revision.text) was used on \(day) with other contents (\(last.hash.prefix(20))…). Every change "
                + "needs a new revision with both signatures."
            return [problem("405", .error, revision.position, "revision", text)]
        }
        if revision.value > last.revision + 1 {
            let text =
                "\(revision.text) follows revision \(last.revision), used on \(day): "
                + "\(revision.value - last.revision - 1) in between never came here. Is this the newest?"
            return [problem("406", .warning, revision.position, "revision", text)]
        }
        guard let supersedes, supersedes.text != last.hash else { return [] }
        let text = "names another file than revision \(last.revision), which was used on \(day). Check its origin."
        return [problem("408", .warning, supersedes.position, "supersedes", text)]
    }
}

/// `blake2b:` and the BLAKE2b-256 of `bytes` in hexadecimal digits, as `supersedes` and overlays name a file.
public func hashText(of bytes: [UInt8]) -> String {
    "blake2b:"
        + Sodium.blake2b(bytes, length: 32).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
}
