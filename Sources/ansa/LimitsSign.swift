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
        name: "verify", overview: "Verifies both roles' signatures of a limits file, as arming does.",
        arguments: [.limitsFile], options: [.limitsDevice, .format],
        examples: ["ansa limits verify Profiles/adaptive-dbs/stn-left.limits.yaml"]
    ) { arguments in
        Failure.code { () throws(Failure) in
            let path = arguments.word("file")
            let bytes = try contents(of: path)
            guard let device = try limitsDevice(arguments, beside: path) else {
                throw Failure(
                    "Say for which device, with '--device': what a key may arm depends on it.", code: ExitCode.usage)
            }
            let limits: LimitsFile
            do throws(ConfigurationError) { limits = try loadLimits(bytes, file: path) } catch { throw Failure(error) }
            let trusted = TrustedKeys()
            let problems =
                trusted.warnings + limits.timeProblems(at: Int64(Date().timeIntervalSince1970))
                + verifySignatures(
                    bytes, limits: limits, clinician: limitsSignature(.clinician, of: path),
                    engineer: limitsSignature(.engineer, of: path), trusted: trusted, device: device)
            return tell(problems, about: path, done: "signed by clinician and engineer for \(device.id)", arguments)
        }
    }
}

/// `X.limits.yaml.clinician.minisig`.
private func signaturePath(_ role: Role, of path: String) -> String { "\(path).\(role.rawValue).minisig" }

/// The text of a role's signature beside the limits file at `path`; nil where there is none.
func limitsSignature(_ role: Role, of path: String) -> String? {
    (try? readFile(signaturePath(role, of: path), limit: 4096)).map { String(decoding: $0, as: UTF8.self) }
}

private func signLimits(_ arguments: ParsedArguments) throws(Failure) -> Int32 {
    guard let role = arguments.text("role").flatMap(Role.init(rawValue:)), let keyPath = arguments.text("key") else {
        throw Failure("Signing needs '--role' and '--key'.", code: ExitCode.usage)
    }
    let path = arguments.word("file")
    let bytes = try contents(of: path)
    let limits: LimitsFile
    do throws(ConfigurationError) { limits = try loadLimits(bytes, file: path) } catch { throw Failure(error) }
    let keyText = String(decoding: try contents(of: keyPath), as: UTF8.self)
    let text: String
    do throws(SignatureError) {
        text = try sign(
            bytes, with: try SecretKey(keyText), trustedComment: trustedComment(role: role, limits: limits))
    } catch {
        throw Failure("\(keyPath): \(error.text)", code: ExitCode.badFile)
    }
    let target = signaturePath(role, of: path)
    if FileManager.default.fileExists(atPath: target), !arguments.flag("replace") {
        throw Failure("\(target) is there already; '--replace' writes over it.", code: ExitCode.failed)
    }
    do { try Data(text.utf8).write(to: URL(fileURLWithPath: target), options: .atomic) } catch {
        throw Failure("\(target): cannot be written.", code: ExitCode.permission)
    }
    for warning in limits.warnings { Terminal.tell(warning.description) }
    return Terminal.result("Wrote \(target)") ? ExitCode.done : ExitCode.inputOutput
}
