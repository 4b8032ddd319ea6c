import Glibc

/// Who may sign, and what their key is trusted for.
public enum Role: String, Hashable, Sendable, CaseIterable {
    /// Values.
    case clinician
    /// Device, electrodes, contacts, pairs.
    case engineer
}

/// Where trust in a key comes from.
public enum KeyTrust: Hashable, Sendable {
    /// Compiled in, its secret half is public: virtual devices only.
    case demonstration
    /// From the folder that only the administrator can write: every device.
    case administrator
}

/// A public key with its role and trust.
public struct TrustedKey: Hashable, Sendable {
    public var key: PublicKey
    public var role: Role
    public var trust: KeyTrust
    /// Of the file it was read from, or `demonstration-…`.
    public var name: String
}

/// The keys whose signatures count.
public struct TrustedKeys: Sendable {
    public private(set) var keys: [TrustedKey]
    /// What was found in the folder and not trusted, and why.
    public private(set) var warnings: [Problem] = []
    /// Ids of keys that were revoked, 16 hexadecimal digits as minisign prints them.
    public private(set) var revoked: Set<String> = []

    /// Where an administrator puts keys.
    public static let defaultFolder = "/etc/ansa/keys"

    /// The demonstration keys alone: enough for virtual devices.
    public static let demonstration = TrustedKeys(keys: demonstrationKeys)

    private init(keys: [TrustedKey]) { self.keys = keys }

    /// The demonstration keys and those in `folder`: files `NAME.clinician.pub` and `NAME.engineer.pub`.
    ///
    /// The folder and each file must belong to root and be writable by nobody else; otherwise nothing of it is
    /// trusted, and a warning says so. A folder that does not exist is no problem. Its file `revoked` and those of
    /// `revocations` list keys that count no more, one id a line, `#` begins a comment; a list that cannot be read
    /// takes the trust from every key.
    public init(folder: String = TrustedKeys.defaultFolder, revocations: [String] = []) {
        self.init(folder: folder, owner: 0)
        for path in [folder + "/revoked"] + revocations { revoke(by: path) }
    }

    /// As ``init(folder:revocations:)``, with the list beside the demonstration keys that a profile's limits have.
    ///
    /// - Parameter limitsPath: `Profiles/NAME/X.limits.yaml`; the list is `Profiles/demonstration-keys/revoked`.
    public init(besideLimits limitsPath: String) {
        let folder = limitsPath.lastIndex(of: "/").map { String(limitsPath[..<$0]) } ?? "."
        self.init(revocations: [folder + "/../demonstration-keys/revoked"])
    }

    /// The demonstration keys alone, without those that `list`, the text of a list, revokes.
    public init(demonstrationWithout list: String) {
        keys = Self.demonstrationKeys
        take(list, path: "revoked")
    }

    private mutating func revoke(by path: String) {
        do throws(FileError) {
            take(String(decoding: try readFile(path, limit: 65_536), as: UTF8.self), path: path)
        } catch {
            if error.code != ENOENT && error.code != ENOTDIR { revokeAll(path, error.description) }
        }
    }

    private mutating func take(_ text: String, path: String) {
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            var word = line.prefix { $0 != "#" }.filter { $0 != " " && $0 != "\t" }.uppercased()
            if word.hasPrefix("MINISIGN:") { word.removeFirst(9) }
            if word.isEmpty { continue }
            guard word.count == 16, word.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
                return revokeAll(path, "line \(index + 1) is not a key id of 16 hexadecimal digits")
            }
            revoked.insert(word)
        }
    }

    /// Which keys were revoked is unknown, so that none counts.
    private mutating func revokeAll(_ path: String, _ reason: String) {
        revoked.formUnion(keys.map(\.key.idText))
        warn(path, "no key is trusted while the list of revoked keys cannot be read: \(reason).")
    }

    init(folder: String, owner: UInt32) {
        keys = Self.demonstrationKeys
        guard let names = Self.list(folder) else { return }
        if let reason = Self.distrust(of: folder, owner: owner) {
            warn(folder, reason)
            return
        }
        for name in names.sorted() where name.hasSuffix(".pub") { add(name, in: folder, owner: owner) }
    }

    /// The key with this id, by any trust.
    public func key(id: [UInt8]) -> TrustedKey? { keys.first { $0.key.id == id } }

    private mutating func warn(_ path: String, _ reason: String) {
        warnings.append(Problem(code: "ANSA-K001", severity: .warning, file: path, text: reason))
    }

    private mutating func add(_ name: String, in folder: String, owner: UInt32) {
        let path = folder + "/" + name
        guard let role = Role.allCases.first(where: { name.hasSuffix(".\($0.rawValue).pub") }) else {
            return warn(path, "not trusted: the name must end in .clinician.pub or .engineer.pub.")
        }
        if let reason = Self.distrust(of: path, owner: owner) { return warn(path, reason) }
        do throws(FileError) {
            let text = String(decoding: try readFile(path, limit: 4_096), as: UTF8.self)
            guard let key = try? PublicKey(text) else { return warn(path, "not trusted: not a minisign public key.") }
            if self.key(id: key.id) != nil { return warn(path, "not trusted: the key stands here a second time.") }
            keys.append(TrustedKey(key: key, role: role, trust: .administrator, name: name))
        } catch {
            warn(path, "not trusted: \(error.description).")
        }
    }

    /// Why `path` is not the administrator's alone, or nil.
    private static func distrust(of path: String, owner: UInt32) -> String? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return "not trusted: cannot be examined." }
        if status.st_mode & S_IFMT == S_IFLNK { return "not trusted: it is a symbolic link." }
        if status.st_uid != owner { return "not trusted: it must belong to root." }
        if status.st_mode & 0o022 != 0 { return "not trusted: others than root may write it." }
        return nil
    }

    private static func list(_ folder: String) -> [String]? {
        guard let directory = unsafe opendir(folder) else { return nil }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
        }
        return names
    }

    private static let demonstrationKeys: [TrustedKey] = [
        (Role.clinician, "RWQ0Dw4r5tF1zq3CTbovMTBVNatnGa8g1WTEq9qyTu8VQKGtUYI4Z3H3"),
        (Role.engineer, "RWRg4KOhUco+DgG0ElRteazjs5bwV2OwC8qKz5viGtYm82+l/9tu13hh"),
    ].compactMap { role, text in
        (try? PublicKey(text)).map {
            TrustedKey(key: $0, role: role, trust: .demonstration, name: "demonstration-\(role.rawValue)")
        }
    }
}
