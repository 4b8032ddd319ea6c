import Glibc

/// The limits that `bytes` describe, tightened by the overlay beside them, which both processes load alike.
///
/// - Parameters:
///   - bytes: of the limits file.
///   - file: its name, for the messages.
///   - overlay: bytes of the overlay; nil where there is none.
///   - overlayFile: its name, for the messages.
/// - Returns: the file, with the overlay intersected.
/// - Throws: every problem of the first file that has problems.
public func loadLimits(
    _ bytes: [UInt8], file: String, overlay: [UInt8]?, overlayFile: String
) throws(ConfigurationError) -> LimitsFile {
    let limits = try loadLimits(bytes, file: file)
    guard let overlay else { return limits }
    return try limits.tightened(by: try loadOverlay(overlay, file: overlayFile), bytes: bytes)
}

/// The overlay beside the limits file at `path`; nil where there is none.
///
/// - Parameter path: of the limits file.
/// - Returns: the overlay's bytes.
/// - Throws: where one is there and cannot be read: what it would tighten is then unknown.
public func readOverlay(besideLimits path: String) throws(FileError) -> [UInt8]? {
    do throws(FileError) {
        return try readFile(LimitsOverlay.path(besideLimits: path), limit: EncodingCheck.sizeLimit)
    } catch {
        if error.code == ENOENT { return nil }
        throw error
    }
}

/// What stands against arming with `overlay`, read from beside the limits file at `path`; none where there is none.
///
/// - Parameters:
///   - overlay: the buffer that was parsed; nil where there is no overlay.
///   - path: of the limits file.
///   - limits: what it tightens.
///   - trusted: the keys that count.
///   - device: says by its compiled drivers whether it is virtual.
/// - Returns: errors; none where one role signed it.
public func overlayProblems(
    _ overlay: [UInt8]?, besideLimits path: String, of limits: LimitsFile, trusted: TrustedKeys, device: Device
) -> [Problem] {
    guard let overlay else { return [] }
    let file = LimitsOverlay.path(besideLimits: path)
    func signature(_ role: Role) -> String? {
        (try? readFile("\(file).\(role.rawValue).minisig", limit: 4_096)).map { String(decoding: $0, as: UTF8.self) }
    }
    return verifyOverlay(
        overlay, file: file, of: limits, clinician: signature(.clinician), engineer: signature(.engineer),
        trusted: trusted, device: device)
}
