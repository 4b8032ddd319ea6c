/// What a file of the safety core declares: variables, quantities, permits.
struct InterlockDeclarations {
    let tokens: [Token]
    /// Numbers with a unit may stand here.
    let isCeilings: Bool

    var found: [InterlockLint.Found] { variables + permits + quantities + numbers }

    /// 10: what is stored outside a value: at file level, or static.
    private var variables: [InterlockLint.Found] {
        var depth = 0
        return tokens.indices.compactMap { index in
            if tokens[index].text == "{" { depth += 1 }
            if tokens[index].text == "}" { depth -= 1 }
            guard tokens[index].text == "var" else { return nil }
            let isStatic = tokens[..<index].suffix(3).contains { $0.text == "static" }
            guard depth == 0 || isStatic else { return nil }
            let line = tokens[index...].prefix { $0.line == tokens[index].line }.map(\.text)
            let brace = line.firstIndex(of: "{") ?? line.count
            let isComputed = brace < line.count && !line[..<brace].contains("=")
            let isObserved = line.contains("willSet") || line.contains("didSet")
            return isComputed && !isObserved ? nil : (.state, tokens[index].line)
        }
    }

    /// 13: a type named Permit or ...Token is `~Copyable`, and only its file makes one.
    private var permits: [InterlockLint.Found] {
        tokens.indices.flatMap { index -> [InterlockLint.Found] in
            let name = tokens.text(index + 1)
            let isPermit = name.hasSuffix("Permit") || name.hasSuffix("Token")
            let isType = ["struct", "enum"].contains(tokens[index].text)
            guard isType, isPermit, let open = tokens[index...].firstIndex(where: { $0.text == "{" }),
                let close = tokens.closing(open)
            else { return [] }
            let isUncopied = zip(tokens[index..<open], tokens[(index + 1)...open])
                .contains { $0.text == "~" && $1.text == "Copyable" }
            var found: [InterlockLint.Found] = isUncopied ? [] : [(.permits, tokens[index].line)]
            for place in open..<close where tokens[place].text == "init" && tokens.text(place - 1) != "." {
                let isHidden = ["fileprivate", "private"].contains(tokens.text(place - 1))
                if !isHidden { found.append((.permits, tokens[place].line)) }
            }
            let isMemberwise = !tokens[open..<close].contains { $0.text == "init" }
            return isMemberwise ? found + [(.permits, tokens[index].line)] : found
        }
    }

    /// Ends of names that say a quantity for which Signal has a type.
    private static let quantities = [
        "amplitude", "width", "interphase", "period", "charge", "area", "lease", "timeout", "duration", "delay",
        "time", "age", "gap", "interval", "imbalance",
    ]

    /// An age by itself may be one in buckets.
    private static func isQuantity(_ name: String) -> Bool {
        name != "age" && !name.hasPrefix("is")
            && quantities.contains { name == $0 || name.hasSuffix($0.prefix(1).uppercased() + $0.dropFirst()) }
    }

    private static let rawNumbers: Set = ["Int", "Int64", "UInt64", "Int32", "UInt32", "UInt128", "Int128"]

    /// 14: what others see of a quantity is not a bare number.
    private var quantities: [InterlockLint.Found] {
        var found: [InterlockLint.Found] = []
        for index in tokens.indices where ["var", "let"].contains(tokens[index].text) {
            let isBare = tokens.text(index + 2) == ":" && Self.rawNumbers.contains(tokens.text(index + 3))
            guard isBare, Routine.isPublic(tokens, index), Self.isQuantity(tokens.text(index + 1)) else { continue }
            found.append((.units, tokens[index].line))
        }
        for routine in Routine.all(in: tokens) where routine.isPublic {
            for parameter in routine.parameters ?? []
            where Self.isQuantity(parameter.name) && Self.rawNumbers.contains(parameter.type.first ?? "") {
                found.append((.units, routine.firstLine))
            }
        }
        return found
    }

    private static let units: Set = [
        "Nanoamperes", "Microseconds", "Femtocoulombs", "SquareMicrometres", "PartsPerMillion", "Millivolts",
    ]

    /// 14: a number with a unit is a compiled ceiling; 0 is none.
    private var numbers: [InterlockLint.Found] {
        guard !isCeilings else { return [] }
        return tokens.indices.compactMap { index in
            guard Self.units.contains(tokens[index].text), tokens.text(index + 1) == "(" else { return nil }
            let number = tokens.text(index + 2) == "-" ? tokens.text(index + 3) : tokens.text(index + 2)
            return number.first?.isNumber == true && number != "0" ? (.units, tokens[index].line) : nil
        }
    }
}
