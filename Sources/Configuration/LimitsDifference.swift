import Signal

/// What became of one key between two limits files.
public enum KeyChange: String, Hashable, Sendable, CaseIterable {
    /// More is allowed, or for longer.
    case widened
    /// Less is allowed.
    case narrowed
    /// Neither more nor less: another fallback, another electrode; it counts as widened.
    case changed
    /// Names the revision and bounds nothing.
    case noted
    case unchanged
}

/// One key, or one whole entry of a list, in two limits files.
public struct KeyDifference: Hashable, Sendable {
    /// `limits.hard.amplitude.max`, `contacts[2a].area`, `dose.windows[60 s].charge`.
    public var key: String
    public var change: KeyChange
    /// As written; nil where the key is absent.
    public var old: String?
    public var new: String?
    /// Lines in the two files; 0 where the key is absent.
    public var oldLine: Int
    public var newLine: Int
}

/// Two limits files, key by key.
public struct LimitsDifference: Hashable, Sendable {
    /// In the order of the new file; keys that only the old one has come last.
    public var keys: [KeyDifference]

    /// Those with this change.
    public func keys(_ change: KeyChange) -> [KeyDifference] { keys.filter { $0.change == change } }

    /// True where nothing was widened and nothing changed without order: what was safe before is as safe now.
    public var onlyTightens: Bool { keys(.widened).isEmpty && keys(.changed).isEmpty }
}

/// What changed between two limits files, both of which must load.
///
/// Quantities are compared by value: `0.4 uC` equals `400 nC`. Entries of lists are matched by their `id`, dose
/// windows by their length; the order of entries means nothing.
///
/// - Parameters:
///   - old: bytes of the earlier file.
///   - new: bytes of the later file.
///   - oldFile: its name in messages.
///   - newFile: its name in messages.
/// - Returns: every key of both files with what became of it.
/// - Throws: every problem of the file that does not load.
public func limitsDifference(
    old: [UInt8], new: [UInt8], oldFile: String, newFile: String
) throws(ConfigurationError) -> LimitsDifference {
    _ = try loadLimits(old, file: oldFile)
    _ = try loadLimits(new, file: newFile)
    let before = LimitsLeaves(try YAMLLoader.load(old, file: oldFile, letter: "L"))
    let after = LimitsLeaves(try YAMLLoader.load(new, file: newFile, letter: "L"))
    var keys: [KeyDifference] = []
    for leaf in after.leaves where !before.lacksEntry(of: leaf) {
        keys.append(compare(before.leaf(leaf.path), leaf))
    }
    for leaf in before.leaves where after.leaf(leaf.path) == nil && !after.lacksEntry(of: leaf) {
        keys.append(compare(leaf, nil))
    }
    return LimitsDifference(keys: keys)
}

/// Compares one key; at least one of the two stands.
private func compare(_ old: LimitsLeaf?, _ new: LimitsLeaf?) -> KeyDifference {
    let rule = LimitsOrder.rule(for: (new ?? old)?.pattern ?? "")
    return KeyDifference(
        key: (new ?? old)?.path ?? "", change: rule.change(from: old, to: new), old: old?.shown, new: new?.shown,
        oldLine: old?.position.line ?? 0, newLine: new?.position.line ?? 0)
}

/// One value of a file with its path.
struct LimitsLeaf {
    /// `contacts[2a].area`.
    var path: String
    /// `contacts[].area`: the path without names.
    var pattern: String
    /// One item, or several for a list of words.
    var items: [String]
    var isList: Bool
    var position: Position
    /// The entry or optional block that the value belongs to, `contacts[2a]`; empty for none.
    var entry: String

    var shown: String { isList ? "[" + items.joined(separator: ", ") + "]" : items.joined() }
}

/// A limits file as a flat list of values.
struct LimitsLeaves {
    private(set) var leaves: [LimitsLeaf] = []
    private var indices: [String: Int] = [:]

    init(_ root: Mapping) {
        add(.mapping(root), path: "", pattern: "", entry: "")
        for (index, leaf) in leaves.enumerated() { indices[leaf.path] = index }
    }

    func leaf(_ path: String) -> LimitsLeaf? { indices[path].map { leaves[$0] } }

    /// True for a value inside an entry that this file has not: the entry alone is reported.
    func lacksEntry(of other: LimitsLeaf) -> Bool {
        guard !other.entry.isEmpty else { return false }
        return leaf(other.entry).map { $0.shown == "manual" } ?? true
    }

    /// Blocks that may be absent as a whole, and the word that stands for them.
    private static let blocks = [
        "sensory": "present", "electrodes[].micro_evidence": "present", "electrodes[].water_window": "present",
        "fallback.return_to_closed_loop": "automatic",
    ]

    private mutating func add(_ node: Node, path: String, pattern: String, entry: String) {
        switch node {
        case .scalar(let scalar):
            append(path, pattern, [scalar.text], false, scalar.position, entry)
        case .mapping(let mapping):
            var inner = entry
            if let word = Self.blocks[pattern] {
                append(path, pattern, [word], false, mapping.position, entry)
                inner = path
            }
            for item in mapping.entries {
                let dot = path.isEmpty ? "" : "."
                add(item.value, path: path + dot + item.key, pattern: pattern + dot + item.key, entry: inner)
            }
        case .sequence(let items, let position):
            let words = items.compactMap { item in
                if case .scalar(let word) = item { word.text } else { nil }
            }
            guard words.count != items.count else { return append(path, pattern, words, true, position, entry) }
            for (index, item) in items.enumerated() {
                let name = "\(path)[\(Self.name(of: item) ?? String(index + 1))]"
                append(name, pattern + "[]", ["present"], false, item.position, entry)
                add(item, path: name, pattern: pattern + "[]", entry: name)
            }
        }
    }

    private mutating func append(
        _ path: String, _ pattern: String, _ items: [String], _ isList: Bool, _ position: Position, _ entry: String
    ) {
        leaves.append(
            LimitsLeaf(
                path: path, pattern: pattern, items: items, isList: isList, position: position, entry: entry))
    }

    /// What tells an entry of a list from the others: its id, or a dose window's length.
    private static func name(of node: Node) -> String? {
        guard case .mapping(let mapping) = node else { return nil }
        for key in ["id", "length"] {
            guard case .scalar(let scalar)? = mapping.entries.first(where: { $0.key == key })?.value else { continue }
            guard key == "length", let length = try? Quantity.parse(scalar.text, as: .time) else { return scalar.text }
            return LimitsText.time(length)
        }
        return nil
    }
}
