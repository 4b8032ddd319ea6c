import Configuration
import Foundation

extension Command {
    static let limitsSign = Command(
        name: "sign", overview: "Signs a limits file in one role, with a minisign key that has no password.",
        arguments: [.limitsFile],
        options: [
            Option("role", .choice(Role.allCases.map(\.rawValue)), help: "In which role."),
            Option("key", .path, placeholder: "file", help: "The secret key, as 'minisign -G -W' makes it."),
            .flag("replace", help: "Write over a signature that is already there."),
        ],
        examples: [
            "ansa limits sign my.limits.yaml --role engineer --key my.key"
        ]
    ) { arguments in
        Failure.code { () throws(Failure) in try signLimits(arguments) }
    }

    static let limitsVerify = Command(
        name: "verify",
        overview: "Verifies both roles' signatures of a limits file, and all else that arming asks of it.",
        arguments: [.limitsFile], options: [.limitsDevice, .limitsSubject, .format],
        examples: ["ansa limits verify Profiles/adaptive-dbs/stn-left.limits.yaml"]
    ) { arguments in
        Failure.code { () throws(Failure) in
            let path = OverlayFile.limitsPath(arguments.word("file"))
            let bytes = try contents(of: path)
            guard let device = try limitsDevice(arguments, beside: path) else {
                throw Failure(
                    "Say for which device, with '--device': what a key may arm depends on it.", code: ExitCode.usage)
            }
            let limits: LimitsFile
            do throws(ConfigurationError) { limits = try loadLimits(bytes, file: path) } catch { throw Failure(error) }
            let problems = try limitsArmingProblems(
                bytes, limits, path: path, device: device, subject: arguments.text("subject"),
                at: Int64(Date().timeIntervalSince1970))
            return tell(problems, about: path, done: "signed by clinician and engineer for \(device.id)", arguments)
        }
    }
}

private func signLimits(_ arguments: ParsedArguments) throws(Failure) -> Int32 {
    guard let role = arguments.text("role").flatMap(Role.init(rawValue:)), let keyPath = arguments.text("key") else {
        throw Failure("Signing needs '--role' and '--key'.", code: ExitCode.usage)
    }
    let path = OverlayFile.limitsPath(arguments.word("file"))
    let bytes = try contents(of: path)
    let limits: LimitsFile
    do throws(ConfigurationError) { limits = try loadLimits(bytes, file: path) } catch { throw Failure(error) }
    let overlay =
        path == arguments.word("file") ? nil : try OverlayFile.apply(to: limits, bytes: bytes, path: path).overlay
    if path != arguments.word("file"), overlay == nil {
        throw Failure("\(arguments.word("file")): there is no such file.", code: ExitCode.badFile)
    }
    let text = try signature(of: overlay?.bytes ?? bytes, limits, role, keyPath, isOverlay: overlay != nil)
    let target = limitsSignaturePath(role, of: overlay?.path ?? path)
    if FileManager.default.fileExists(atPath: target), !arguments.flag("replace") {
        throw Failure("\(target) is there already; '--replace' writes over it.", code: ExitCode.failed)
    }
    do { try Data(text.utf8).write(to: URL(fileURLWithPath: target), options: .atomic) } catch {
        throw Failure("\(target): cannot be written.", code: ExitCode.permission)
    }
    for warning in limits.warnings { Terminal.tell(warning.description) }
    return Terminal.result("Wrote \(target)") ? ExitCode.done : ExitCode.inputOutput
}

/// The text of the signature; refused where the file names another key for the role, which an overlay does not.
private func signature(
    of bytes: [UInt8], _ limits: LimitsFile, _ role: Role, _ keyPath: String, isOverlay: Bool
) throws(Failure) -> String {
    let keyText = String(decoding: try contents(of: keyPath), as: UTF8.self)
    let key: SecretKey
    do throws(SignatureError) { key = try SecretKey(keyText) } catch {
        throw Failure("\(keyPath): \(error.text)", code: ExitCode.badFile)
    }
    let approved = role == .clinician ? limits.approvals.clinician : limits.approvals.engineer
    guard isOverlay || key.idText == approved.text else {
        throw Failure(
            "\(limits.file):\(approved.position.line):\(approved.position.column) approvals.\(role.rawValue) names key "
                + "\(approved.text), \(keyPath) is key \(key.idText). Nothing was signed.", code: ExitCode.badFile)
    }
    do throws(SignatureError) {
        let comment =
            isOverlay ? trustedComment(role: role, overlayOf: limits) : trustedComment(role: role, limits: limits)
        return try sign(bytes, with: key, trustedComment: comment)
    } catch {
        throw Failure("\(keyPath): \(error.text)", code: ExitCode.badFile)
    }
}
