import Configuration
import Foundation

/// A tightening that stands beside a limits file.
struct OverlayFile {
    let path: String
    let bytes: [UInt8]
    let overlay: LimitsOverlay

    /// The overlay beside the limits file at `path`; nil where none stands.
    init?(besideLimits path: String) throws(Failure) {
        let file = LimitsOverlay.path(besideLimits: path)
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        self.path = file
        bytes = try contents(of: file)
        do throws(ConfigurationError) { overlay = try loadOverlay(bytes, file: file) } catch { throw Failure(error) }
    }

    /// The file that `name` means: the limits file itself, or the one beside the overlay of that name.
    static func limitsPath(_ name: String) -> String {
        let suffix = ".overlay.yaml"
        return name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) + ".limits.yaml" : name
    }

    /// `limits`, parsed from `bytes`, with the overlay beside `path` intersected, where one stands.
    static func apply(
        to limits: LimitsFile, bytes: [UInt8], path: String
    ) throws(Failure) -> (limits: LimitsFile, overlay: OverlayFile?) {
        guard let file = try OverlayFile(besideLimits: path) else { return (limits, nil) }
        do throws(ConfigurationError) { return (try limits.tightened(by: file.overlay, bytes: bytes), file) } catch {
            throw Failure(error)
        }
    }

    /// Every error of the overlay beside `path`; none where no overlay stands.
    static func problems(of limits: LimitsFile, bytes: [UInt8], path: String) -> [Problem] {
        let file = LimitsOverlay.path(besideLimits: path)
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        do {
            let overlay = try loadOverlay(try readFile(file), file: file)
            _ = try limits.tightened(by: overlay, bytes: bytes)
            return []
        } catch let error as ConfigurationError {
            return error.problems
        } catch {
            return [Problem(code: "ANSA-O001", file: file, text: "cannot be read: \(error)")]
        }
    }

    /// What stands against the signature of the overlay beside `path`; none where no overlay stands.
    static func signatureProblems(of limits: LimitsFile, path: String, device: Device) throws(Failure) -> [Problem] {
        let file = LimitsOverlay.path(besideLimits: path)
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        return verifyOverlay(
            try contents(of: file), file: file, of: limits, clinician: limitsSignature(.clinician, of: file),
            engineer: limitsSignature(.engineer, of: file), trusted: TrustedKeys(), device: device)
    }
}

/// Writes an overlay beside the limits file at `path`: the values that were given as options, each tighter than the
/// file's.
func tightenLimits(_ path: String, _ arguments: ParsedArguments) throws(Failure) -> Int32 {
    let keys: [(option: String, block: String, key: String)] = [
        ("amplitude-max", "hard", "amplitude: {max: VALUE}"), ("pulse-width-max", "hard", "pulse_width: {max: VALUE}"),
        ("frequency-max", "hard", "frequency: {max: VALUE}"), ("residual-voltage", "hard", "residual_voltage: VALUE"),
        ("recommended-amplitude", "soft", "amplitude: {max: VALUE}"),
        ("recommended-residual-voltage", "soft", "residual_voltage: VALUE"),
        ("patient-max", "patient", "  amplitude: {max: VALUE}"),
    ]
    guard let reason = arguments.text("reason"), !reason.isEmpty else {
        throw Failure("A tightening needs '--reason'.", code: ExitCode.usage)
    }
    let given = keys.filter { arguments.text($0.option) != nil }
    let bytes = try contents(of: path)
    let limits: LimitsFile
    do throws(ConfigurationError) { limits = try loadLimits(bytes, file: path) } catch { throw Failure(error) }
    func lines(_ block: String, _ indent: String) -> [String] {
        given.filter { $0.block == block }.map {
            indent + $0.key.replacingOccurrences(of: "VALUE", with: arguments.text($0.option) ?? "")
        }
    }
    let (hard, soft, patient) = (lines("hard", "      "), lines("soft", "      "), lines("patient", ""))
    let text =
        [
            "# Tightens one exact limits file; it can only allow less. Signed by one role with ansa limits sign.",
            "# May stand here, each tighter than in the file: limits.hard and limits.soft but for waveforms, rate,",
            "# patient.amplitude.max and dose.windows, in the form that they have there.",
            "schema: ansa.limits-overlay/1", "base: \(hashText(of: bytes))", "reason_for_change: \(yamlText(reason))",
        ] + (hard.isEmpty && soft.isEmpty ? [] : ["limits:"]) + (hard.isEmpty ? [] : ["    hard:"] + hard)
        + (soft.isEmpty ? [] : ["    soft:"] + soft) + (patient.isEmpty ? [] : ["patient:"] + patient) + [""]
    let target = LimitsOverlay.path(besideLimits: path)
    let written = text.joined(separator: "\n")
    do throws(ConfigurationError) {
        _ = try limits.tightened(by: try loadOverlay(Array(written.utf8), file: target), bytes: bytes)
    } catch {
        throw Failure(error)
    }
    try writeNew(written, to: target)
    return Terminal.result("Wrote \(target). Next: ansa limits sign \(target) --role clinician --key <file>")
        ? ExitCode.done : ExitCode.inputOutput
}
