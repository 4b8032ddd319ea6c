/// Reads the records of a session, one after the other, in bounded memory.
///
///     let reader = try JournalReader("s1")
///     while let record = try reader.next() { … }
///
/// A session that was not closed (a kill, a power cut) ends at its last whole record. In a closed one whatever is
/// wrong is an error that names the place.
public final class JournalReader {
    /// The session's folder.
    public let directory: String
    /// The logical facts at the session's start.
    public let header: SessionHeader
    /// Date, host, process, and which file holds which input.
    public let labels: [JournalFact]
    /// Whether the session has been closed in order, or recovered.
    public let hasManifest: Bool
    /// Records read so far.
    public private(set) var records: Int64 = 0
    private let file: FileBytes
    private var scanner: FrameScanner
    private var sawClosing = false

    /// Opens the session in `directory` and reads its header and labels.
    public init(_ directory: String) throws(JournalError) {
        self.directory = directory
        let path = directory + "/" + SessionFolder.journal
        do throws(FileBytesError) { file = try FileBytes(path) } catch {
            throw error.code == 2 || error.code == 20
                ? .noSession(path: directory) : JournalError(path: path, code: error.code)
        }
        scanner = FrameScanner(file)
        hasManifest = (try? FileBytes(directory + "/" + SessionFolder.manifest)) != nil
        let start = try JournalReader.readStart(file)
        (header, labels) = (start.header, start.labels)
    }

    /// The next record, or nil at the end.
    ///
    /// - Throws: ``JournalError/damaged(_:)`` where a record is damaged, with file, offset and number.
    public func next() throws(JournalError) -> JournalRecord? {
        switch try scanner.next() {
        case .end: return nil
        case .bad(let text):
            guard hasManifest || sawClosing || ((try? scanner.findsFrameLater()) ?? true) else { return nil }
            throw .damaged(
                JournalDamage(file: SessionFolder.journal, offset: scanner.offset, record: records, text: text))
        case .frame(let frame):
            records += 1
            sawClosing = frame.kind == .closing
            return unsafe JournalRecord(
                kind: frame.kind, stage: frame.stage, tick: frame.tick, payload: Array(frame.payload))
        }
    }

    /// The next record, and the byte in the file where it ends.
    func nextWithEnd() throws(JournalError) -> (JournalRecord, Int64)? {
        guard let record = try next() else { return nil }
        return (record, scanner.offset)
    }

    /// Goes back to the first record.
    public func rewind() {
        scanner = FrameScanner(file)
        records = 0
        sawClosing = false
    }

    /// The name of the file in the folder that holds the input of this role, or nil.
    public func fileName(ofInput role: String) -> String? {
        labels.last { $0.name == "input." + role }?.value
    }

    /// The bytes of the input of this role as the session was started with it.
    ///
    /// - Throws: when the file is absent or is not the one whose hash the header holds.
    public func input(_ role: String) throws(JournalError) -> [UInt8] {
        guard let hash = header.inputs[role], let name = fileName(ofInput: role) else {
            throw .damaged(JournalDamage(file: SessionFolder.journal, text: "the session has no input '\(role)'"))
        }
        let bytes: [UInt8]
        do throws(FileBytesError) { bytes = try FileBytes.contents(of: directory + "/" + name) } catch {
            throw JournalError(path: directory + "/" + name, code: error.code)
        }
        guard Hash256(of: bytes) == hash else {
            throw .damaged(JournalDamage(file: name, text: "is not the \(role) that the session was started with"))
        }
        return bytes
    }

    private static func readStart(
        _ file: FileBytes
    ) throws(JournalError) -> (header: SessionHeader, labels: [JournalFact]) {
        func damage(_ offset: Int64, _ text: String) -> JournalError {
            .damaged(JournalDamage(file: SessionFolder.journal, offset: offset, record: 0, text: text))
        }
        let scanner = FrameScanner(file)
        guard try scanner.bytes(at: 0, count: JournalFrame.magic.count) == JournalFrame.magic else {
            throw damage(0, "does not begin with 'ansa.journal/1'")
        }
        guard case .frame(let first) = try scanner.next(), first.kind == .sessionHeader,
            let header = unsafe SessionHeader(payload: Array(first.payload))
        else { throw damage(Int64(JournalFrame.magic.count), "no readable session header") }
        guard case .frame(let second) = try scanner.next(), second.kind == .label else { return (header, []) }
        var reader = unsafe PayloadReader(Array(second.payload))
        return (header, SessionHeader.readFacts(&reader))
    }
}
