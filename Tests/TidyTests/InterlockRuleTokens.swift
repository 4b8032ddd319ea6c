/// A word, number, operator or bracket of a source file.
struct Token: Hashable, Sendable {
    let text: String
    /// From 1.
    let line: Int
    /// No space stands before it.
    let isAttached: Bool

    var isName: Bool { text.first.map { $0.isLetter || $0 == "_" || $0 == "@" || $0 == "#" || $0 == "$" } ?? false }

    /// Something that a postfix operator may follow.
    var isOperand: Bool { isName || isNumber || [")", "]", "}"].contains(text) }

    var isNumber: Bool { text.first?.isNumber ?? false }

    private static let operators = Set("/=-+!*%<>&|^~?.")

    /// The tokens of lines without comments and literals; operators by longest match, as Swift reads them.
    static func all(of code: [String]) -> [Token] {
        var tokens: [Token] = []
        for (index, line) in code.enumerated() {
            var rest = line[...]
            var isAttached = false
            while let first = rest.first {
                if first.isWhitespace {
                    rest.removeFirst()
                    isAttached = false
                    continue
                }
                let text = next(rest)
                tokens.append(Token(text: String(text), line: index + 1, isAttached: isAttached))
                rest = rest[text.endIndex...]
                isAttached = true
            }
        }
        return tokens
    }

    private static func next(_ rest: Substring) -> Substring {
        guard let first = rest.first else { return rest }
        if first.isLetter || first.isNumber || "_@#$".contains(first) {
            let tail = rest.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            return rest[..<tail.endIndex]
        }
        guard operators.contains(first) else { return rest.prefix(1) }
        // A dot that is no range stands alone, so that a name behind it is found.
        let run = rest.prefix(while: operators.contains)
        if first == ".", !run.hasPrefix("..") { return rest.prefix(1) }
        let dot = run.dropFirst().firstIndex(of: ".") ?? run.endIndex
        return first == "." ? run : rest[..<dot]
    }
}

extension [Token] {
    /// Index of the bracket that closes the one at `index`.
    func closing(_ index: Int) -> Int? {
        var depth = 0
        for place in index..<count {
            if ["(", "[", "{"].contains(self[place].text) { depth += 1 }
            if [")", "]", "}"].contains(self[place].text) { depth -= 1 }
            if depth == 0 { return place }
        }
        return nil
    }

    func text(_ index: Int) -> String { indices.contains(index) ? self[index].text : "" }

    /// What stands between the brackets at `index` and its closing one, split at the commas of that level.
    func parts(inside index: Int) -> [[Token]] {
        guard let end = closing(index), end > index + 1 else { return [] }
        var parts: [[Token]] = [[]]
        var depth = 0
        for token in self[(index + 1)..<end] {
            if ["(", "[", "{"].contains(token.text) { depth += 1 }
            if [")", "]", "}"].contains(token.text) { depth -= 1 }
            if depth == 0, token.text == "," { parts.append([]) } else { parts[parts.count - 1].append(token) }
        }
        return parts
    }
}
