import Configuration
import Foundation

/// Whether a limits file could arm now, and what stands against it.
struct LimitsArming {
    /// nil where no device is known: then nobody can say.
    let isArmable: Bool?
    let allowsClosedLoop: Bool
    /// What keeps the file from arming, and what a person should know beside it.
    let problems: [Problem]
    let device: String?

    /// Judges `limits`, parsed from `bytes` at `path`, as arming `device` now would.
    init(_ bytes: [UInt8], _ limits: LimitsFile, path: String, device: Device?) throws(Failure) {
        let now = Int64(Date().timeIntervalSince1970)
        if let device {
            problems = try limitsArmingProblems(bytes, limits, path: path, device: device, subject: nil, at: now)
        } else {
            problems = limits.timeProblems(at: now)
        }
        self.device = device?.id
        let hasErrors = problems.contains { $0.severity == .error }
        isArmable = device.map { $0.stimulator != nil && !hasErrors } ?? (hasErrors ? false : nil)
        allowsClosedLoop =
            limits.purpose != .openLoop && limits.subject.consentScope.contains { $0.text == "closed-loop" }
    }
}

/// What stands against arming `device` with `limits` at `now`, as the guard judges it, but for what only it measures.
func limitsArmingProblems(
    _ bytes: [UInt8], _ limits: LimitsFile, path: String, device: Device, subject: String?, at now: Int64
) throws(Failure) -> [Problem] {
    var context = ArmingContext(
        now: now, device: device, trusted: TrustedKeys(), revisions: try usedRevisions())
    context.subject = subject
    context.clinician = limitsSignature(.clinician, of: path)
    context.engineer = limitsSignature(.engineer, of: path)
    var problems = context.trusted.warnings + limits.armingProblems(bytes, in: context)
    if let stimulator = device.stimulator {
        do throws(ConfigurationError) { _ = try limits.limits(device: stimulator) } catch {
            problems += error.problems
        }
    }
    problems += OverlayFile.problems(of: limits, bytes: bytes, path: path)
    problems += try OverlayFile.signatureProblems(of: limits, path: path, device: device)
    return problems
}

/// The revisions that were used before, of `$ANSA_STATE_DIR`; none where it is not set.
func usedRevisions() throws(Failure) -> RevisionRecord {
    let folder = Terminal.environment("ANSA_STATE_DIR")
    guard !folder.isEmpty else { return RevisionRecord() }
    do throws(RevisionError) { return try RevisionRecord(folder: folder) } catch {
        throw Failure(error.description, code: ExitCode.badFile)
    }
}

/// The text of a role's signature beside the limits file at `path`; nil where there is none.
func limitsSignature(_ role: Role, of path: String) -> String? {
    (try? readFile(limitsSignaturePath(role, of: path), limit: 4096)).map { String(decoding: $0, as: UTF8.self) }
}

/// `X.limits.yaml.clinician.minisig`.
func limitsSignaturePath(_ role: Role, of path: String) -> String { "\(path).\(role.rawValue).minisig" }
