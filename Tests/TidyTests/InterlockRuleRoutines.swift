/// A function, an initialiser or a computed property: a body that runs.
struct Routine: Sendable {
    struct Parameter: Hashable, Sendable {
        /// `_` where a call says none.
        let label: String
        let name: String
        let type: [String]
        let hasDefault: Bool
    }

    /// `init` for initialisers.
    let name: String
    /// The type around it; empty at file level.
    let type: String
    /// Nil for a computed property.
    let parameters: [Parameter]?
    let isPublic: Bool
    let firstLine: Int, lastLine: Int
    let body: [Token]

    /// Every routine of `tokens`, those inside others included.
    static func all(in tokens: [Token]) -> [Routine] {
        let types = enclosingTypes(tokens)
        return tokens.indices.compactMap { index in
            switch tokens[index].text {
            case "func": function(tokens, index, types[index])
            case "init" where tokens.text(index - 1) != ".": function(tokens, index, types[index])
            case "var": property(tokens, index, types[index])
            default: nil
            }
        }
    }

    private static func function(_ tokens: [Token], _ index: Int, _ type: String) -> Routine? {
        let isInit = tokens[index].text == "init"
        let open = tokens[index...].firstIndex { $0.text == "(" }
        guard let open, let close = tokens.closing(open) else { return nil }
        // A requirement of a protocol has no body: something else begins before a brace does.
        let others: Set = ["func", "var", "let", "init", "}", "case", "static", "public", "mutating"]
        let stop = tokens[close...].firstIndex { $0.text == "{" || others.contains($0.text) }
        guard let stop, tokens[stop].text == "{", let end = tokens.closing(stop) else { return nil }
        return Routine(
            name: isInit ? "init" : tokens.text(index + 1), type: type,
            parameters: tokens.parts(inside: open).map(parameter), isPublic: isPublic(tokens, index),
            firstLine: tokens[index].line, lastLine: tokens[end].line, body: Array(tokens[(stop + 1)..<end]))
    }

    private static func parameter(_ part: [Token]) -> Parameter {
        let colon = part.firstIndex { $0.text == ":" } ?? part.count
        let names = part[..<colon].map(\.text)
        let type = part[colon...].dropFirst().map(\.text).prefix { $0 != "=" }
        return Parameter(
            label: names.first ?? "_", name: names.last ?? "_", type: Array(type),
            hasDefault: part.contains { $0.text == "=" })
    }

    private static func property(_ tokens: [Token], _ index: Int, _ type: String) -> Routine? {
        let line = tokens[index...].prefix { $0.line == tokens[index].line }
        let open = line.firstIndex { $0.text == "{" }
        guard let open, !tokens[index..<open].contains(where: { $0.text == "=" }), let end = tokens.closing(open)
        else { return nil }
        return Routine(
            name: tokens.text(index + 1), type: type, parameters: nil, isPublic: isPublic(tokens, index),
            firstLine: tokens[index].line, lastLine: tokens[end].line, body: Array(tokens[(open + 1)..<end]))
    }

    static func isPublic(_ tokens: [Token], _ index: Int) -> Bool {
        tokens[..<index].suffix(4).contains { $0.text == "public" && $0.line == tokens[index].line }
    }

    /// The innermost type around each token.
    private static func enclosingTypes(_ tokens: [Token]) -> [String] {
        var around: [String] = []
        var declared = ""
        return tokens.indices.map { index in
            let innermost = around.last ?? ""
            switch tokens[index].text {
            case "struct", "enum", "class", "actor", "extension", "protocol": declared = tokens.text(index + 1)
            case "{":
                around.append(declared.isEmpty ? innermost : declared)
                declared = ""
            case "}": _ = around.popLast()
            default: break
            }
            return innermost
        }
    }
}

/// Who calls whom, by name and labels; a receiver's type is not known.
///
/// Behind a receiver, a name that another type declares too is taken for the other's: an element's `reset()` inside a
/// collection's `reset()` is no recursion. Anything else that may be a call counts as one.
struct CallGraph {
    private let routines: [Routine]
    private let called: [Set<Int>]

    init(_ routines: [Routine]) {
        self.routines = routines
        called = routines.map { Self.calls(of: $0, among: routines) }
    }

    /// Routines that may come back to themselves.
    var recursive: [Routine] {
        routines.indices.filter { start in
            var seen: Set<Int> = []
            var waiting = Array(called[start])
            while let next = waiting.popLast() {
                if next == start { return true }
                if seen.insert(next).inserted { waiting += called[next] }
            }
            return false
        }.map { routines[$0] }
    }

    private static func calls(of routine: Routine, among routines: [Routine]) -> Set<Int> {
        let body = routine.body
        var found: Set<Int> = []
        for index in body.indices where body[index].isName && body.text(index - 1) != "func" {
            let candidates = routines.indices.filter { isCall(body, index, of: routines[$0], from: routine) }
            let foreign = candidates.filter { routines[$0].type != routine.type }
            let hasReceiver = body.text(index - 1) == "." && body.text(index - 2) != "self"
            found.formUnion(hasReceiver && !foreign.isEmpty ? foreign : candidates)
        }
        return found
    }

    private static func isCall(_ body: [Token], _ index: Int, of target: Routine, from caller: Routine) -> Bool {
        let word = body[index].text
        guard let parameters = target.parameters else {
            // Of a property only what stands alone or behind self: others may belong to another type.
            let isOwn = body.text(index - 1) != "." || body.text(index - 2) == "self"
            return word == target.name && target.type == caller.type && isOwn && body.text(index + 1) != ":"
        }
        if target.name == "init" {
            let isOwn = caller.type == target.type && (word == "Self" || word == "init")
            guard word == target.type || isOwn else { return false }
        } else if word != target.name {
            return false
        }
        if body.text(index + 1) == "{" { return fits([], true, parameters) }
        guard body.text(index + 1) == "(", body[index + 1].isAttached, let end = body.closing(index + 1)
        else { return false }
        let labels = body.parts(inside: index + 1).map { $0.count > 1 && $0[1].text == ":" ? $0[0].text : "_" }
        return fits(labels, body.text(end + 1) == "{", parameters)
    }

    /// Whether a call with these labels may reach these parameters; what is not said must have a default.
    private static func fits(_ labels: [String], _ hasTrailing: Bool, _ parameters: [Routine.Parameter]) -> Bool {
        var rest = labels[...]
        var missing = 0
        for parameter in parameters {
            if rest.first == parameter.label { rest.removeFirst() } else if !parameter.hasDefault { missing += 1 }
        }
        return rest.isEmpty && missing <= (hasTrailing ? 1 : 0)
    }
}
