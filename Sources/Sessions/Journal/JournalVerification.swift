import Foundation

/// What verifying a session found.
public struct JournalVerification: Sendable {
    public enum Outcome: Sendable {
        /// Closed, and every bit is as it was written.
        case intact
        /// Not closed; all records up to the last whole one are as they were written. `recover` closes it.
        case recoverable
        case damaged
    }

    /// The session's folder.
    public var path: String
    /// Whole records.
    public var records: Int64 = 0
    /// BLAKE2b-256 over the logical records, in hexadecimal.
    public var head = ""
    /// BLAKE2b-256 over everything, in hexadecimal.
    public var seal = ""
    public var isClosed = false
    public var isRecovered = false
    /// Records that the tick could not hand over; known of a closed session.
    public var dropped: Int64 = 0
    /// Bytes behind the last whole record of a session that was not closed.
    public var tornBytes: Int64 = 0
    /// What is damaged, the first place in the journal before other files; empty when nothing is.
    public var damage: [JournalDamage] = []
    /// What is odd but no damage: files that came after the session was closed.
    public var warnings: [String] = []

    /// Intact, recoverable or damaged.
    public var outcome: Outcome {
        if !damage.isEmpty { return .damaged }
        return isClosed ? .intact : .recoverable
    }
}

extension JournalReader {
    /// Reads the whole session in `directory` again and compares every bit with what it was closed with.
    ///
    /// - Throws: when there is no session, or when its files cannot be read. Damage is a result, not an error.
    public static func verify(_ directory: String) throws(JournalError) -> JournalVerification {
        var walk = try JournalWalk(directory)
        try walk.run()
        var result = walk.result
        if result.records == 0, result.damage.isEmpty {
            result.damage.append(
                JournalDamage(file: SessionFolder.journal, offset: walk.end, record: 0, text: "no session header"))
        }
        let hasManifest = unsafe access(directory + "/" + SessionFolder.manifest, F_OK) == 0
        if let closing = walk.closing, result.damage.isEmpty {
            try checkFiles(&result, closing: closing, hasManifest: hasManifest)
        } else if hasManifest, result.damage.isEmpty {
            result.damage.append(
                JournalDamage(
                    file: SessionFolder.journal, offset: walk.end, record: result.records,
                    text: walk.tornText ?? "the closing record is missing, although manifest.json exists"))
        } else if result.damage.isEmpty {
            try checkInputs(&result)
        }
        return result
    }

    /// Compares the other files with the closing record, and `manifest.json` with what it must say.
    private static func checkFiles(
        _ result: inout JournalVerification, closing: Manifest, hasManifest: Bool
    ) throws(JournalError) {
        for file in closing.files {
            guard let found = try? Manifest.entry(file.name, in: result.path) else {
                result.damage.append(JournalDamage(file: file.name, text: "is missing or cannot be read"))
                continue
            }
            if found != file {
                let text = "\(found.bytes) bytes, hash \(found.hash); closed with \(file.bytes), \(file.hash)"
                result.damage.append(JournalDamage(file: file.name, text: text))
            }
        }
        let own = [SessionFolder.journal, SessionFolder.summary, SessionFolder.manifest]
        let known = Set(closing.files.map(\.name) + own)
        for name in try SessionFolder.entries(of: result.path) where !known.contains(name) {
            result.warnings.append("\(name): came after the session was closed; nothing covers it")
        }
        guard hasManifest else {
            result.isClosed = false
            result.warnings.append("manifest.json is missing; recovering writes it again")
            return
        }
        try checkManifest(&result, closing: closing)
    }

    /// `manifest.json` follows from journal and summary: it must be equal byte for byte.
    private static func checkManifest(
        _ result: inout JournalVerification, closing: Manifest
    ) throws(JournalError) {
        var expected = closing
        expected.records = result.records
        let path = result.path + "/" + SessionFolder.manifest
        let found: [UInt8]
        do throws(FileBytesError) { found = try FileBytes.contents(of: path) } catch {
            throw JournalError(path: path, code: error.code)
        }
        if let entry = try? Manifest.entry(SessionFolder.summary, in: result.path) { expected.files.append(entry) }
        let bytes = expected.json(seal: result.seal)
        guard found != bytes else { return }
        let offset = zip(found, bytes).prefix { $0 == $1 }.count
        let line = found[..<min(offset, found.count)].lastIndex(of: 10).map { $0 + 1 } ?? 0
        let end = bytes[min(offset, bytes.count)...].firstIndex(of: 10) ?? bytes.count
        let text = String(decoding: bytes[min(line, end)..<end], as: UTF8.self)
        let isSummary = text.contains("\"\(SessionFolder.summary)\"")
        let about = isSummary ? "summary.json and manifest.json disagree" : "changed"
        result.damage.append(
            JournalDamage(file: SessionFolder.manifest, offset: Int64(offset), text: "\(about); expected \(text)"))
    }

    /// Of a session that was not closed, only the inputs can be checked: their hashes stand in its header.
    private static func checkInputs(_ result: inout JournalVerification) throws(JournalError) {
        let reader = try JournalReader(result.path)
        for role in reader.header.inputs.keys.sorted() where reader.fileName(ofInput: role) != nil {
            do throws(JournalError) {
                _ = try reader.input(role)
            } catch .damaged(let damage) {
                result.damage.append(damage)
            } catch {
                result.damage.append(JournalDamage(file: role, text: error.description))
            }
        }
    }
}

/// One pass over all frames of a journal: chains, checkpoints, the closing record, the tail.
struct JournalWalk {
    var result: JournalVerification
    /// What the closing record says, or nil when there is none.
    private(set) var closing: Manifest?
    /// Where the last whole record ends.
    private(set) var end: Int64
    private(set) var lastTick: Int64 = -1
    /// What stands behind the last whole record, or nil when nothing does.
    private(set) var tornText: String?
    let chain = JournalChain()
    private let scanner: FrameScanner

    init(_ directory: String) throws(JournalError) {
        result = JournalVerification(path: directory)
        let path = directory + "/" + SessionFolder.journal
        let file: FileBytes
        do throws(FileBytesError) { file = try FileBytes(path) } catch {
            throw error.code == ENOENT || error.code == ENOTDIR
                ? .noSession(path: directory) : JournalError(path: path, code: error.code)
        }
        scanner = FrameScanner(file)
        end = scanner.offset
    }

    /// Walks to the end or to the first damage.
    mutating func run() throws(JournalError) {
        let start = try scanner.bytes(at: 0, count: JournalFrame.magic.count)
        if start != JournalFrame.magic {
            add(offset: 0, record: -1, "does not begin with 'ansa.journal/1'")
            return
        }
        walk: while true {
            switch try scanner.next() {
            case .end: break walk
            case .bad(let text):
                try tail(text)
                break walk
            case .frame(let frame):
                if !take(frame) { break walk }
            }
        }
        result.records = chain.records
        result.head = chain.head.description
        result.seal = chain.seal.description
    }

    /// Adds a frame to the chains.
    ///
    /// False: it is damage, and the walk is over.
    private mutating func take(_ frame: FrameScanner.Frame) -> Bool {
        if closing != nil {
            add(offset: frame.offset, record: chain.records, "a record behind the closing record")
            return false
        }
        let isFirst = chain.records == 0
        if isFirst != (frame.kind == .sessionHeader) {
            add(offset: frame.offset, record: chain.records, "a \(frame.kind) record out of place")
            return false
        }
        let payload = frame.kind == .checkpoint || frame.kind == .closing ? unsafe Array(frame.payload) : []
        if frame.kind == .checkpoint, let text = chain.disagreement(checkpoint: payload) {
            add(offset: frame.offset, record: chain.records, text)
            return false
        }
        if frame.kind == .closing, let text = close(payload) {
            add(offset: frame.offset, record: chain.records, text)
            return false
        }
        unsafe chain.add(frame: frame.bytes, isLogical: frame.kind.isLogical)
        lastTick = max(lastTick, frame.tick)
        end = scanner.offset
        return true
    }

    /// Takes the closing record.
    ///
    /// What is wrong with it, or nil.
    private mutating func close(_ payload: [UInt8]) -> String? {
        guard let manifest = Manifest(payload: payload) else { return "the closing record makes no sense" }
        if manifest.head != chain.head { return "the head \(chain.head) differs from the closing record's" }
        if manifest.seal != chain.seal { return "the seal \(chain.seal) differs from the closing record's" }
        if manifest.records != chain.records || manifest.logicalRecords != chain.logicalRecords {
            return "\(chain.records) records, the closing record counts \(manifest.records)"
        }
        closing = manifest
        result.isClosed = true
        result.isRecovered = manifest.isRecovered
        result.dropped = manifest.dropped
        return nil
    }

    /// Judges what stands where a frame should begin: a tail that a crash tore, or damage.
    private mutating func tail(_ text: String) throws(JournalError) {
        if closing != nil {
            add(offset: scanner.offset, record: chain.records, "bytes behind the closing record")
        } else if try scanner.findsFrameLater() {
            add(offset: scanner.offset, record: chain.records, text + "; whole records follow")
        } else {
            tornText = text
            result.tornBytes = scanner.file.size - scanner.offset
        }
    }

    private mutating func add(offset: Int64, record: Int64, _ text: String) {
        result.damage.append(
            JournalDamage(file: SessionFolder.journal, offset: offset, record: record, text: text))
    }
}
