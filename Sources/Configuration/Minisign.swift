/// Why a key or a signature file is not one.
public struct SignatureError: Error, Hashable, Sendable, CustomStringConvertible {
    public var text: String

    /// An error that says `text`.
    public init(_ text: String) { self.text = text }

    public var description: String { text }
}

/// A public key in minisign's form: `Ed`, eight bytes of id, 32 bytes of Ed25519.
public struct PublicKey: Hashable, Sendable {
    public var id: [UInt8]
    public var key: [UInt8]

    /// The key in `text`: a `.pub` file, or its second line alone.
    public init(_ text: String) throws(SignatureError) {
        let lines = text.split(whereSeparator: \.isNewline)
        let line = lines.last { !$0.hasPrefix("untrusted comment:") } ?? ""
        guard let bytes = Sodium.decodeBase64(String(line)), bytes.count == 42, bytes.starts(with: Array("Ed".utf8))
        else { throw SignatureError("not a minisign public key") }
        id = Array(bytes[2..<10])
        key = Array(bytes[10..<42])
    }

    /// As minisign prints it: 16 hexadecimal digits.
    public var idText: String { hexadecimalID(id) }
}

/// A detached signature in minisign's form.
public struct Signature: Hashable, Sendable {
    /// True for `ED`, which signs the BLAKE2b-512 of the file; false for the legacy `Ed`, which signs the file.
    public var isPrehashed: Bool
    public var keyID: [UInt8]
    public var signature: [UInt8]
    public var trustedComment: String
    /// What stands after `untrusted comment: `; no signature covers it.
    public var untrustedComment: String
    /// Over the signature and the trusted comment.
    public var globalSignature: [UInt8]

    /// The signature in `text`, a `.minisig` file of four lines.
    public init(_ text: String) throws(SignatureError) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
        let (first, prefix) = ("untrusted comment: ", "trusted comment: ")
        guard lines.count == 4, lines[0].hasPrefix(first), lines[2].hasPrefix(prefix),
            let bytes = Sodium.decodeBase64(lines[1]), bytes.count == 74,
            let global = Sodium.decodeBase64(lines[3]), global.count == 64
        else { throw SignatureError("not a minisign signature of four lines") }
        switch Array(bytes[0..<2]) {
        case Array("ED".utf8): isPrehashed = true
        case Array("Ed".utf8): isPrehashed = false
        default: throw SignatureError("the signature's algorithm is neither ED nor Ed")
        }
        keyID = Array(bytes[2..<10])
        signature = Array(bytes[10..<74])
        untrustedComment = String(lines[0].dropFirst(first.count))
        trustedComment = String(lines[2].dropFirst(prefix.count))
        globalSignature = global
    }

    /// As minisign prints it.
    public var keyIDText: String { hexadecimalID(keyID) }

    /// True where the untrusted comment is one that `ansa limits sign` or minisign itself writes.
    ///
    /// It is covered by no signature, so nothing else may stand there: a file with a single bit changed is not the file
    /// that was made.
    public var hasKnownComment: Bool {
        untrustedComment == "signature from ansa, key \(keyIDText)"
            || untrustedComment == "signature from minisign secret key"
    }

    /// True where `key` signed exactly `bytes`.
    public func signs(_ bytes: [UInt8], key: PublicKey) -> Bool {
        guard key.id == keyID else { return false }
        return Sodium.verify(signature, of: isPrehashed ? Sodium.blake2b(bytes) : bytes, key: key.key)
    }

    /// True where `key` signed the trusted comment with this signature.
    public func signsComment(key: PublicKey) -> Bool {
        Sodium.verify(globalSignature, of: signature + Array(trustedComment.utf8), key: key.key)
    }
}

/// A secret key in minisign's form without a password (`minisign -G -W`).
public struct SecretKey: Sendable {
    let id: [UInt8]
    let key: [UInt8]

    /// The key in `text`: a key file.
    ///
    /// Layout: `Ed`, key derivation (two zero bytes: none), `B2`, salt 32, limits 16, id 8, secret key 64, checksum 32.
    public init(_ text: String) throws(SignatureError) {
        let lines = text.split(whereSeparator: \.isNewline)
        let line = lines.last { !$0.hasPrefix("untrusted comment:") } ?? ""
        guard let bytes = Sodium.decodeBase64(String(line)), bytes.count == 158, bytes.starts(with: Array("Ed".utf8))
        else { throw SignatureError("not a minisign secret key") }
        guard bytes[2] == 0, bytes[3] == 0 else {
            throw SignatureError("the secret key has a password; sign with minisign itself, or use a key made with -W")
        }
        id = Array(bytes[54..<62])
        key = Array(bytes[62..<126])
        let checksum = Array(bytes[126..<158])
        let expected = Sodium.blake2b(Array("Ed".utf8) + id + key, length: 32)
        guard checksum == expected || checksum.allSatisfy({ $0 == 0 }) else {
            throw SignatureError("the secret key is damaged: its checksum differs")
        }
    }

    /// As minisign prints it.
    public var idText: String { hexadecimalID(id) }
}

/// The text of a `.minisig` file over `bytes`, prehashed, as `minisign -S` writes it.
///
/// - Throws: where the comment has more than one line.
public func sign(
    _ bytes: [UInt8], with secretKey: SecretKey, trustedComment: String
) throws(SignatureError) -> String {
    guard !trustedComment.contains(where: \.isNewline) else {
        throw SignatureError("a trusted comment is one line")
    }
    guard let signature = Sodium.sign(Sodium.blake2b(bytes), secretKey: secretKey.key),
        let global = Sodium.sign(signature + Array(trustedComment.utf8), secretKey: secretKey.key)
    else { throw SignatureError("signing failed") }
    let first = Sodium.encodeBase64(Array("ED".utf8) + secretKey.id + signature)
    return """
        untrusted comment: signature from ansa, key \(secretKey.idText)
        \(first)
        trusted comment: \(trustedComment)
        \(Sodium.encodeBase64(global))

        """
}

/// Eight bytes, least first, as minisign prints them.
private func hexadecimalID(_ id: [UInt8]) -> String {
    id.reversed().map { byte in
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
    }.joined()
}
