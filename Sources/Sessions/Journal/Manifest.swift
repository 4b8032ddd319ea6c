import Foundation

/// A file of a session by size and hash.
public struct ManifestEntry: Hashable, Sendable {
    /// Path relative to the session's folder.
    public var name: String
    /// Size in bytes.
    public var bytes: UInt64
    public var hash: Hash256
}

/// What a session ends with: the hashes of its records and of its other files.
///
/// The closing record holds all of it but the hash of `summary.json`, which itself quotes the seal; `manifest.json`
/// repeats it for people and adds that file.
struct Manifest: Hashable {
    var head = Hash256()
    /// The seal before the closing record.
    var seal = Hash256()
    var records: Int64 = 0
    var logicalRecords: Int64 = 0
    var dropped: Int64 = 0
    /// Bytes that a recovery cut off.
    var lostBytes: Int64 = 0
    var isRecovered = false
    var files: [ManifestEntry] = []

    init() {}

    /// The manifest in the payload of a ``RecordKind/closing`` record, or nil when it makes no sense.
    init?(payload: [UInt8]) {
        var reader = PayloadReader(payload)
        head = reader.getHash()
        seal = reader.getHash()
        records = reader.get()
        logicalRecords = reader.get()
        dropped = reader.get()
        lostBytes = reader.get()
        isRecovered = reader.getBool()
        for _ in 0..<reader.get(UInt32.self) {
            if reader.failed { return nil }
            files.append(ManifestEntry(name: reader.getText(), bytes: reader.get(), hash: reader.getHash()))
        }
        if reader.failed || reader.remaining > 0 { return nil }
    }

    /// The payload of the closing record.
    func payload() -> [UInt8] {
        let writer = PayloadWriter(capacity: files.reduce(128) { $0 + $1.name.utf8.count + 48 })
        writer.put(head)
        writer.put(seal)
        writer.put(records)
        writer.put(logicalRecords)
        writer.put(dropped)
        writer.put(lostBytes)
        writer.put(isRecovered)
        writer.put(UInt32(files.count))
        for file in files {
            writer.put(text: file.name)
            writer.put(file.bytes)
            writer.put(file.hash)
        }
        return unsafe Array(writer.bytes)
    }

    /// `manifest.json`: the same bytes for the same manifest and final seal, one file a line.
    func json(seal: String) -> [UInt8] {
        var text = "{\n"
        text += "  \"schema\": \"ansa.session-manifest/1\",\n"
        text += "  \"head\": \"\(head)\",\n  \"seal\": \"\(seal)\",\n"
        text += "  \"records\": \(records),\n  \"logical_records\": \(logicalRecords),\n"
        text += "  \"dropped\": \(dropped),\n  \"lost_bytes\": \(lostBytes),\n  \"recovered\": \(isRecovered),\n"
        text += "  \"hash\": \"BLAKE2b-256; b2sum -l 256 prints the same\",\n  \"files\": [\n"
        text += files.map { file in
            "    {\"name\": \(Manifest.quoted(file.name)), \"bytes\": \(file.bytes), \"hash\": \"\(file.hash)\"}"
        }.joined(separator: ",\n")
        text += "\n  ]\n}\n"
        return Array(text.utf8)
    }

    /// The other files of `folder`: all regular files but journal, summary and manifest.
    static func otherFiles(in folder: String) throws(JournalError) -> [ManifestEntry] {
        let own = [SessionFolder.journal, SessionFolder.summary, SessionFolder.manifest]
        var entries: [ManifestEntry] = []
        for name in try SessionFolder.entries(of: folder) where !own.contains(name) {
            if let entry = try entry(name, in: folder) { entries.append(entry) }
        }
        return entries
    }

    /// Size and hash of `name`, or nil when it is no regular file.
    static func entry(_ name: String, in folder: String) throws(JournalError) -> ManifestEntry? {
        let file = folder + "/" + name
        var status = stat()
        guard unsafe lstat(file, &status) == 0 else { throw JournalError(path: file, code: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw JournalError(path: file, code: errno) }
        defer { close(descriptor) }
        let hash = RunningHash()
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var size: UInt64 = 0
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return ManifestEntry(name: name, bytes: size, hash: hash.digest()) }
            if count < 0 {
                if errno == EINTR { continue }
                throw JournalError(path: file, code: errno)
            }
            size += UInt64(count)
            unsafe buffer.withUnsafeBytes { unsafe hash.add(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case _ where scalar.value < 0x20:
                out += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
