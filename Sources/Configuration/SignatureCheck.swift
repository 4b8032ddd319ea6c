/// What a trusted comment must say, so that a signature cannot serve another role, purpose or file.
///
///     role:clinician purpose:closed-loop file:01M7W4N5E0T3V9Q2C8RJ6XKB4H
public func trustedComment(role: Role, limits: LimitsFile) -> String {
    "role:\(role.rawValue) purpose:\(limits.purpose.rawValue) file:\(limits.fileID)"
}

/// Whether both roles signed exactly `bytes`, with keys that are trusted for `device`.
///
/// The caller decides what a problem means: a warning without `--arm`, a refusal with it. All problems are errors.
///
/// - Parameters:
///   - bytes: the buffer that `limits` was parsed from.
///   - limits: names the keys, the purpose and the file that the signatures must be bound to.
///   - clinician: text of `X.limits.yaml.clinician.minisig`; nil where it is absent.
///   - engineer: text of `X.limits.yaml.engineer.minisig`; nil where it is absent.
///   - trusted: the keys that count.
///   - device: says by its compiled drivers whether it is virtual.
/// - Returns: errors; none where both signatures hold.
public func verifySignatures(
    _ bytes: [UInt8], limits: LimitsFile, clinician: String?, engineer: String?, trusted: TrustedKeys, device: Device
) -> [Problem] {
    var check = SignatureCheck(
        bytes: bytes, file: limits.file, trusted: trusted, isVirtual: device.isVirtual
    ) { trustedComment(role: $0, limits: limits) }
    check.verify(clinician, .clinician, approved: limits.approvals.clinician)
    check.verify(engineer, .engineer, approved: limits.approvals.engineer)
    return check.problems
}

struct SignatureCheck {
    let bytes: [UInt8]
    let file: String
    let trusted: TrustedKeys
    let isVirtual: Bool
    let expectedComment: (Role) -> String
    var problems: [Problem] = []

    init(
        bytes: [UInt8], file: String, trusted: TrustedKeys, isVirtual: Bool, expectedComment: @escaping (Role) -> String
    ) {
        self.bytes = bytes
        self.file = file
        self.trusted = trusted
        self.isVirtual = isVirtual
        self.expectedComment = expectedComment
    }

    mutating func verify(_ text: String?, _ role: Role, approved: Word?) {
        guard let text else {
            report(
                "501", role, "the \(role.rawValue) has not signed: \(file).\(role.rawValue).minisig is missing.")
            return
        }
        do throws(SignatureError) {
            verify(try Signature(text), role, approved)
        } catch {
            report("502", role, "the \(role.rawValue)'s signature is unreadable: \(error.text).")
        }
    }

    private mutating func verify(_ signature: Signature, _ role: Role, _ approved: Word?) {
        let id = signature.keyIDText
        if let approved, id != approved.text {
            report("504", role, "signed with key \(id), but approvals.\(role.rawValue) names \(approved.text).")
        }
        guard let known = trusted.key(id: signature.keyID) else {
            report("503", role, "key \(id) is not trusted. An administrator adds keys in \(TrustedKeys.defaultFolder).")
            return
        }
        if trusted.revoked.contains(id) {
            report("509", role, "key \(id) (\(known.name)) was revoked. Sign the file again with another key.")
        }
        if known.role != role {
            report(
                "507", role, "key \(id) (\(known.name)) is trusted as \(known.role.rawValue), not as \(role.rawValue).")
        }
        if known.trust == .demonstration && !isVirtual {
            report("508", role, "key \(id) is a demonstration key: it arms virtual devices only.")
        }
        guard signature.signs(bytes, key: known.key) else {
            report(
                "505", role, "the \(role.rawValue)'s signature does not fit: the file was changed after it was signed.")
            return
        }
        guard signature.signsComment(key: known.key) else {
            report("506", role, "the trusted comment of the \(role.rawValue)'s signature was changed.")
            return
        }
        if !signature.hasKnownComment {
            report("510", role, "the untrusted comment is not what minisign or ansa limits sign writes. Sign again.")
        }
        let expected = expectedComment(role)
        if signature.trustedComment != expected {
            report("507", role, "signed for \"\(signature.trustedComment)\", this is \"\(expected)\".")
        }
    }

    private mutating func report(_ code: String, _ role: Role, _ text: String) {
        problems.append(
            Problem(code: "ANSA-L\(code)", file: file, field: "approvals.\(role.rawValue)", text: text))
    }
}
