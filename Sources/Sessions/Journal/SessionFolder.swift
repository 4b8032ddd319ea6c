import Foundation

/// The folder of a session: made, filled and, when its start fails, removed again.
struct SessionFolder {
    static let journal = "journal.ansa"
    static let manifest = "manifest.json"
    static let summary = "summary.json"

    let path: String
    private var made: [String] = []
    private var isNew = false

    /// Makes the folder, parents included, or takes an empty one.
    init(creating path: String) throws(JournalError) {
        self.path = path
        var isFolder: ObjCBool = false
        if unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder.boolValue else {
                throw .unwritable(path: path, reason: "it is a file, expected a folder")
            }
            guard unsafe access(path, W_OK | X_OK) == 0 else { throw JournalError(path: path, code: errno) }
            guard try SessionFolder.entries(of: path).isEmpty else { throw .notEmpty(path: path) }
            return
        }
        try SessionFolder.makeFolder(path)
        isNew = true
    }

    /// Creates `name` with `bytes` and synchronises it.
    mutating func create(_ name: String, bytes: [UInt8]) throws(JournalError) {
        let descriptor = try open(creating: name)
        defer { close(descriptor) }
        try SessionFolder.writeAll(descriptor, bytes, path: path + "/" + name)
    }

    /// Opens `name` for appending; it must not exist.
    mutating func open(creating name: String) throws(JournalError) -> Int32 {
        let file = path + "/" + name
        guard !name.isEmpty, !name.contains("/"), name != ".", name != ".." else {
            throw .inputOutput(path: file, reason: "'\(name)' is no file name")
        }
        let descriptor = unsafe Glibc.open(file, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw JournalError(path: file, code: errno) }
        made.append(name)
        return descriptor
    }

    /// Removes what this value made: nothing stays half-written.
    func remove() {
        for name in made { unsafe unlink(path + "/" + name) }
        if isNew { unsafe rmdir(path) }
    }

    /// Writes `bytes` to an open file and synchronises it.
    static func writeAll(_ descriptor: Int32, _ bytes: [UInt8], path: String) throws(JournalError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { raw in
                unsafe write(descriptor, raw.baseAddress.map { unsafe $0 + done }, bytes.count - done)
            }
            if count > 0 { done += count } else if errno != EINTR { throw JournalError(path: path, code: errno) }
        }
        guard fdatasync(descriptor) == 0 else { throw JournalError(path: path, code: errno) }
    }

    /// Replaces `name` in `folder` in one step: written beside it, synchronised, renamed.
    static func replace(_ name: String, in folder: String, bytes: [UInt8]) throws(JournalError) {
        let (file, draft) = (folder + "/" + name, folder + "/." + name + ".new")
        let descriptor = unsafe Glibc.open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw JournalError(path: file, code: errno) }
        defer { close(descriptor) }
        do throws(JournalError) { try writeAll(descriptor, bytes, path: file) } catch {
            unsafe unlink(draft)
            throw error
        }
        guard unsafe rename(draft, file) == 0 else { throw JournalError(path: file, code: errno) }
        synchroniseFolder(folder)
    }

    /// Waits until the disk has the folder's list of files.
    static func synchroniseFolder(_ path: String) {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// The paths of all files below `folder`, relative to it, in the order of their bytes.
    static func entries(of folder: String) throws(JournalError) -> [String] {
        let all: [String]
        do { all = try FileManager.default.subpathsOfDirectory(atPath: folder) } catch {
            throw .inputOutput(path: folder, reason: "its files cannot be listed")
        }
        return all.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func makeFolder(_ path: String) throws(JournalError) {
        var current = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            current += (current.isEmpty || current.hasSuffix("/") ? "" : "/") + part
            guard unsafe mkdir(current, 0o755) != 0, errno != EEXIST else { continue }
            let code = errno
            // Where no folder can be made, /proc for one, the system may say that there is no such file.
            if code == ENOENT { throw .unwritable(path: path, reason: "no folder can be made in \(current)") }
            throw JournalError(path: path, code: code)
        }
    }
}
