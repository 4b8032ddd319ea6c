/// Why a value of a file cannot be set.
public struct SettingError: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
}

/// One value of a profile written anew, everything else as it stands: for sweeps.
///
///     try settingValue("decoder.threshold", to: "5 uV", in: bytes, file: "profile.yaml")
///
/// `path` names a single value by its keys from the outside in, places in lists by number from 0. Keys may be left out
/// as long as one value is meant: `decoder.threshold` is `decoder.encoder.threshold` where no other value fits.
///
/// - Returns: the bytes of the file with that value.
/// - Throws: where no value fits, or several, or the file is no YAML.
public func settingValue(
    _ path: String, to value: String, in bytes: [UInt8], file: String
) throws(SettingError) -> [UInt8] {
    let root: Mapping
    do throws(ConfigurationError) { root = try YAMLLoader.load(bytes, file: file, letter: "P") } catch {
        throw SettingError(description: "\(error)")
    }
    let leaves = scalars(.mapping(root), path: [])
    let wanted = path.split(separator: ".").map(String.init)
    let exact = leaves.filter { $0.path == wanted }
    let found = exact.isEmpty ? leaves.filter { isPart(wanted, of: $0.path) } : exact
    guard let leaf = found.first, found.count == 1 else {
        let shown = (found.isEmpty ? leaves : found).map { $0.path.joined(separator: ".") }
        let text = found.isEmpty ? "no value" : "\(found.count) values"
        throw SettingError(
            description: "\(file): \"\(path)\" names \(text); there are: \(shown.joined(separator: ", "))")
    }
    return try replaced(leaf.scalar, by: value, in: bytes, file: file)
}

/// Whether the keys `wanted` occur in `path` in this order, the last one last.
private func isPart(_ wanted: [String], of path: [String]) -> Bool {
    guard wanted.last == path.last, !wanted.isEmpty else { return false }
    var rest = path[...]
    for key in wanted {
        guard let place = rest.firstIndex(of: key) else { return false }
        rest = rest[(place + 1)...]
    }
    return true
}

private func scalars(_ node: Node, path: [String]) -> [(path: [String], scalar: Scalar)] {
    switch node {
    case .scalar(let scalar): [(path, scalar)]
    case .mapping(let mapping): mapping.entries.flatMap { scalars($0.value, path: path + [$0.key]) }
    case .sequence(let nodes, _):
        nodes.enumerated().flatMap { scalars($0.element, path: path + ["\($0.offset)"]) }
    }
}

private func replaced(
    _ scalar: Scalar, by value: String, in bytes: [UInt8], file: String
) throws(SettingError) -> [UInt8] {
    var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    let (row, column) = (scalar.position.line - 1, scalar.position.column - 1)
    guard scalar.isPlain, lines.indices.contains(row), lines[row].dropFirst(column).hasPrefix(scalar.text) else {
        throw SettingError(
            description: "\(file):\(scalar.position.line):\(scalar.position.column): a value in quotes or of several "
                + "lines cannot be set")
    }
    let line = lines[row]
    lines[row] = line.prefix(column) + value + line.dropFirst(column + scalar.text.count)
    return Array(lines.joined(separator: "\n").utf8)
}
