/// The text of the next revision of a limits file, line by line: comments and everything that is not said here stay.
///
/// - Parameters:
///   - bytes: the file that is superseded; it loads.
///   - limits: what it loads as.
///   - fileID: the new file's ULID.
///   - issued: seconds since 1970; the new file is valid from then on.
///   - days: for how long.
///   - reason: one line.
/// - Returns: a text that loads where the old one did, unless consent ends before.
public func limitsRevision(
    of bytes: [UInt8], limits: LimitsFile, fileID: String, issued: Int64, days: Int64, reason: String
) -> String {
    let instant = LimitsText.instant(issued)
    let supersedes = "supersedes: \(hashText(of: bytes))"
    let values = [
        ("file_id:", fileID), ("revision:", String(limits.revision.value + 1)), ("issued:", "\"\(instant)\""),
        ("not_before:", "\"\(instant)\""),
        ("expires:", "\"\(LimitsText.instant(issued + days * FileDate.day))\""),
        ("reason_for_change:", yamlText(reason)),
    ]
    var lines: [String] = []
    let text = String(decoding: bytes, as: UTF8.self)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        let body = line.drop { $0 == " " }
        let isTop = body.startIndex == line.startIndex
        if isTop, body.hasPrefix("supersedes:") { continue }
        let value = values.first { key, _ in body.hasPrefix(key) && (isTop || key == "reason_for_change:") }
        lines.append(value.map { replaced(line, key: $0.0, value: $0.1) } ?? String(line))
        if isTop, body.hasPrefix("revision:") { lines.append(supersedes) }
    }
    return lines.joined(separator: "\n")
}

/// `line` with another value behind `key`, and its comment where it was.
private func replaced(_ line: Substring, key: String, value: String) -> String {
    let indent = line.prefix { $0 == " " }
    let comment = line.split(separator: " #", maxSplits: 1, omittingEmptySubsequences: false)
    guard comment.count == 2, !key.hasPrefix("reason") else { return "\(indent)\(key) \(value)" }
    let head = "\(indent)\(key) \(value)"
    let padding = String(repeating: " ", count: max(1, comment[0].count + 1 - head.count))
    return "\(head)\(padding)#\(comment[1])"
}
