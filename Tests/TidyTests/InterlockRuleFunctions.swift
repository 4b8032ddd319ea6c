/// What the rules say of one function of the safety core.
struct InterlockFunction {
    let routine: Routine
    /// Names that some `let` of the room declares: a stored one has its value since an initialiser.
    let fixed: Set<String>

    var found: [InterlockLint.Found] {
        var found = growth + loops
        if routine.lastLine - routine.firstLine + 1 > 60 { found.append((.length, routine.firstLine)) }
        if complexity > 10 { found.append((.complexity, routine.firstLine)) }
        if isJudge, checks < 2 { found.append((.checks, routine.firstLine)) }
        return found
    }

    private var body: [Token] { routine.body }

    /// McCabe's number: 1 and each decision, those in closures included.
    ///
    /// A compound condition is one decision: what is inside it is condition coverage's to prove.
    private var complexity: Int {
        1
            + body.indices.count { index in
                switch body[index].text {
                case "if", "guard", "for", "while", "repeat", "catch", "where": true
                case "case":
                    // A pattern belongs to the decision before it.
                    !["if", "guard", "for", "while", ","].contains(body.text(index - 1))
                case "?": !body[index].isAttached
                default: false
                }
            }
    }

    /// It takes the word of broken interlocks to clear bits in it.
    private var isJudge: Bool {
        routine.parameters?.contains { $0.type == ["inout", "InterlockSet"] } ?? false
    }

    private var checks: Int {
        body.indices.count { body[$0].text == "guard" || (body[$0].text == "clear" && body.text($0 + 1) == "(") }
    }

    private static let growing: Set = [
        "append", "reserveCapacity", "removeAll", "removeFirst", "removeLast", "joined", "sorted", "filter",
        "compactMap", "indirect", "Array", "ContiguousArray", "Dictionary", "Set", "reversed", "shuffled",
    ]

    /// 2: an initialiser may allocate; what runs later may not.
    private var growth: [InterlockLint.Found] {
        guard routine.name != "init" else { return [] }
        return body.indices.compactMap { index in
            let isUse = ["(", "<"].contains(body.text(index + 1))
            return Self.growing.contains(body[index].text) && isUse ? (.allocation, body[index].line) : nil
        }
    }

    /// 1: `for ... in` over a collection that is there, or over a range whose end is bounded.
    private var loops: [InterlockLint.Found] {
        body.indices.compactMap { index in
            guard body[index].text == "for", let start = body[index...].firstIndex(where: { $0.text == "in" })
            else { return nil }
            let stop = body[start...].firstIndex { ["where", "{"].contains($0.text) } ?? body.count
            return isBounded(Array(body[(start + 1)..<stop])) ? nil : (.loops, body[index].line)
        }
    }

    private func isBounded(_ sequence: [Token]) -> Bool {
        if let range = sequence.firstIndex(where: { ["..<", "..."].contains($0.text) }) {
            return isBoundedEnd(Array(sequence[(range + 1)...]))
        }
        let calls: Set = ["enumerated", "zip"]
        let names = sequence.indices.filter { sequence.text($0 + 1) == "(" }.map { sequence[$0].text }
        return names.allSatisfy(calls.contains)
    }

    private func isBoundedEnd(_ end: [Token]) -> Bool {
        if end.count == 1, end[0].isNumber { return true }
        if isConstant(end) || end.last?.text == "count" { return true }
        if end.first?.text == "min", end.text(1) == "(" {
            return end.parts(inside: 1).contains { isConstant($0) || isConstant(Array($0.dropFirst(2).dropLast())) }
        }
        guard let last = end.last, last.isName, end.allSatisfy({ $0.isName || $0.text == "." }) else { return false }
        return end.count == 1 ? isBoundedName(last.text) : fixed.contains(last.text)
    }

    /// `Type.constant`.
    private func isConstant(_ part: [Token]) -> Bool {
        if part.count == 1 { return part[0].isNumber }
        return part.count >= 3 && part[0].text.first?.isUppercase == true && part[1].text == "."
            && part.allSatisfy { $0.isName || $0.text == "." }
    }

    /// A local name that a `guard name <= bound` or a `let name = min(...)` bounds before; or a stored `let`.
    private func isBoundedName(_ name: String) -> Bool {
        for index in body.indices where body[index].text == name {
            if body.text(index - 1) == "let" || body.text(index - 1) == "var" {
                return body.text(index - 1) == "let" && body.text(index + 1) == "="
                    && isBoundedEnd(Array(body[(index + 2)...].prefix { $0.line == body[index].line }))
            }
            if ["<=", "<"].contains(body.text(index + 1)) {
                return isConstant(Array(body[(index + 2)...].prefix { $0.isName || $0.isNumber || $0.text == "." }))
            }
        }
        let isParameter = routine.parameters?.contains { $0.name == name } ?? false
        return !isParameter && fixed.contains(name)
    }
}
