/// A tightening of one exact limits file: `NAME.overlay.yaml` beside `NAME.limits.yaml`, signed by one role.
///
/// It can only intersect: a value beyond the file's is an error with both numbers. A loosening is a new revision of the
/// file, with both signatures.
public struct LimitsOverlay: Hashable, Sendable {
    /// Name as the reader gave it.
    public var file: String
    /// ``hashText(of:)`` of the limits file that is tightened.
    public var base: Word
    public var reason: String
    /// What it says, by the path of the key in the limits file.
    var values: [String: Measured]
    /// By the length of the window, fC.
    var windows: [DoseEntry]

    /// The overlay's place of a limits file: `a.overlay.yaml` beside `a.limits.yaml`.
    public static func path(besideLimits path: String) -> String {
        let suffix = ".limits.yaml"
        return (path.hasSuffix(suffix) ? String(path.dropLast(suffix.count)) : path) + ".overlay.yaml"
    }
}

/// The overlay that `bytes` describe.
///
/// - Throws: every problem of the file at once.
public func loadOverlay(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> LimitsOverlay {
    let findings = Findings(file: file, letter: "O")
    let root = Fields(try YAMLLoader.load(bytes, file: file, letter: "O"), path: "", findings: findings)
    let overlay = OverlayReader(root: root).read()
    root.finish()
    _ = try findings.warningsOrThrow()
    return overlay
}

/// What an overlay's trusted comment must say: `role:clinician overlay:01M7W4N5E0T3V9Q2C8RJ6XKB4H`.
public func trustedComment(role: Role, overlayOf limits: LimitsFile) -> String {
    "role:\(role.rawValue) overlay:\(limits.fileID)"
}

/// Whether one role signed exactly `bytes`, an overlay of `limits`, with a key that is trusted for `device`.
///
/// - Parameters:
///   - bytes: the buffer that the overlay was parsed from.
///   - file: its name, for the messages.
///   - limits: the file that it tightens.
///   - clinician: text of `X.overlay.yaml.clinician.minisig`; nil where it is absent.
///   - engineer: text of `X.overlay.yaml.engineer.minisig`; nil where it is absent.
///   - trusted: the keys that count.
///   - device: says by its compiled drivers whether it is virtual.
/// - Returns: errors; none where one signature holds and none that is there does not.
public func verifyOverlay(
    _ bytes: [UInt8], file: String, of limits: LimitsFile, clinician: String?, engineer: String?,
    trusted: TrustedKeys, device: Device
) -> [Problem] {
    var check = SignatureCheck(bytes: bytes, file: file, trusted: trusted, isVirtual: device.isVirtual) {
        trustedComment(role: $0, overlayOf: limits)
    }
    if clinician != nil || engineer == nil { check.verify(clinician, .clinician, approved: nil) }
    if engineer != nil { check.verify(engineer, .engineer, approved: nil) }
    return check.problems
}

private final class OverlayReader {
    let root: Fields
    private var values: [String: Measured] = [:]

    init(root: Fields) { self.root = root }

    func read() -> LimitsOverlay {
        root.schema("ansa.limits-overlay/1")
        let base = root.word("base")
        let reason = root.word("reason_for_change").text
        _ = root.optionalBlock("limits") { part in
            _ = part.optionalBlock("hard") { readHard($0) }
            _ = part.optionalBlock("soft") { readSoft($0) }
        }
        _ = root.optionalBlock("rate") { readRate($0) }
        _ = root.optionalBlock("patient") { part in range(part, "amplitude", .current, ["max"]) }
        let windows = root.optionalBlock("dose") { fields in
            fields.blocks("windows") { part in
                DoseEntry(length: part.quantity("length", .time), charge: part.quantity("charge", .charge), duty: nil)
            }
        }
        return LimitsOverlay(
            file: root.findings.file, base: base, reason: reason, values: values, windows: windows ?? [])
    }

    private func take(_ fields: Fields, _ key: String, _ dimension: Dimension) {
        if let value = fields.optionalQuantity(key, dimension, in: 0...1_000_000_000_000_000_000) {
            values[fields.pathOf(key)] = value
        }
    }

    private func range(_ fields: Fields, _ key: String, _ dimension: Dimension, _ ends: [String]) {
        _ = fields.optionalBlock(key) { part in
            for end in ends { take(part, end, dimension) }
        }
    }

    private func readHard(_ fields: Fields) {
        range(fields, "amplitude", .current, ["max"])
        take(fields, "total_amplitude", .current)
        range(fields, "pulse_width", .time, ["min", "max"])
        range(fields, "interphase", .time, ["min", "max"])
        range(fields, "frequency", .frequency, ["min", "max"])
        take(fields, "min_inter_pulse", .time)
        take(fields, "charge_per_phase", .charge)
        take(fields, "charge_density", .chargeDensity)
        readShannon(fields)
        take(fields, "imbalance_per_pulse", .ratio)
        range(fields, "net_current", .current, ["max"])
        take(fields, "residual_voltage", .voltage)
    }

    private func readSoft(_ fields: Fields) {
        range(fields, "amplitude", .current, ["max"])
        take(fields, "charge_density", .chargeDensity)
        readShannon(fields)
        take(fields, "residual_voltage", .voltage)
    }

    private func readShannon(_ fields: Fields) {
        if let k = fields.optionalNumber("shannon_k", factor: 100) { values[fields.pathOf("shannon_k")] = k }
    }

    private func readRate(_ fields: Fields) {
        take(fields, "ramp_up", .currentRate)
        take(fields, "ramp_down", .currentRate)
        take(fields, "max_step", .current)
        take(fields, "min_hold", .time)
        _ = fields.optionalBlock("max_changes") { part in
            if let count = part.optionalNumber("count") { values[part.pathOf("count")] = count }
        }
    }
}
