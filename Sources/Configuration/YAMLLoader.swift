/// A strict reader of the small part of YAML that people need: mappings, lists and scalars, one document.
///
/// Refused with their place: anchors, aliases, tags, merge keys, directives, further documents, duplicate keys,
/// keys that are not plain words, depth over 32, and what ``EncodingCheck`` names. Scalars stay text.
struct YAMLLoader {
    static let depthLimit = 32

    private let events: YAMLEvents
    private let file: String
    private let letter: String
    private(set) var problems: [Problem] = []

    private init(_ bytes: [UInt8], file: String, letter: String) {
        events = YAMLEvents(bytes)
        self.file = file
        self.letter = letter
    }

    /// The one document in `bytes`, which is a mapping.
    static func load(_ bytes: [UInt8], file: String, letter: String) throws(ConfigurationError) -> Mapping {
        if let problem = EncodingCheck.problem(of: bytes, file: file, letter: letter) {
            throw ConfigurationError([problem])
        }
        var loader = YAMLLoader(bytes, file: file, letter: letter)
        do {
            let mapping = try loader.document()
            guard loader.problems.isEmpty, let mapping else { throw ConfigurationError(loader.problems) }
            return mapping
        } catch let error as YAMLSyntaxError {
            let text = "not readable as YAML: \(error.text)."
            loader.report("005", error.position, text)
            throw ConfigurationError(loader.problems)
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw ConfigurationError(loader.problems)
        }
    }

    private mutating func report(_ code: String, _ position: Position, _ text: String, field: String = "") {
        problems.append(
            Problem(code: "ANSA-\(letter)\(code)", file: file, position: position, field: field, text: text))
    }

    private mutating func document() throws(YAMLSyntaxError) -> Mapping? {
        var root: Node?
        var documents = 0
        while true {
            let (event, position) = try events.next()
            switch event {
            case .streamStart, .documentEnd: continue
            case .documentStart(let hasDirective):
                documents += 1
                if hasDirective { report("008", position, "a % directive is not allowed. Delete the line.") }
                if documents > 1 {
                    report("007", position, "a second document begins here. One file holds one document.")
                    return nil
                }
            case .streamEnd: return finish(root)
            default: root = try node(event, position, depth: 1)
            }
        }
    }

    private mutating func finish(_ root: Node?) -> Mapping? {
        let start = Position(line: 1, column: 1)
        switch root {
        case .mapping(let mapping): return mapping
        case nil: report("006", start, "the file is empty.")
        case .scalar(let scalar) where scalar.text.isEmpty: report("006", start, "the file is empty.")
        case .some(let other): report("006", other.position, "the file must be a block of keys, not \(other.kindName).")
        }
        return nil
    }

    private mutating func node(
        _ event: YAMLEvent, _ position: Position, depth: Int
    ) throws(YAMLSyntaxError) -> Node? {
        switch event {
        case .scalar(let text, let isPlain, let marks):
            refuse(marks, position)
            return .scalar(Scalar(text: text, position: position, isPlain: isPlain))
        case .sequenceStart(let marks):
            refuse(marks, position)
            try enter(depth, position)
            return try sequence(position, depth: depth)
        case .mappingStart(let marks, let isFlow):
            refuse(marks, position)
            try enter(depth, position)
            return try mapping(position, isFlow: isFlow, depth: depth)
        case .alias:
            report("011", position, "an alias (*name) is not allowed. Write the value out.")
            return .scalar(Scalar(text: "", position: position, isPlain: true))
        case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
            return nil
        }
    }

    private func enter(_ depth: Int, _ position: Position) throws(YAMLSyntaxError) {
        guard depth <= Self.depthLimit else {
            throw YAMLSyntaxError(text: "nested deeper than \(Self.depthLimit) levels", position: position)
        }
    }

    private mutating func refuse(_ marks: NodeMarks, _ position: Position) {
        if marks.hasAnchor { report("010", position, "an anchor (&name) is not allowed. Write the value out.") }
        if marks.hasTag { report("012", position, "a tag (!name) is not allowed. Delete it.") }
    }

    private mutating func sequence(_ position: Position, depth: Int) throws(YAMLSyntaxError) -> Node {
        var items: [Node] = []
        while true {
            let (event, place) = try events.next()
            guard let item = try node(event, place, depth: depth + 1) else { return .sequence(items, position) }
            items.append(item)
        }
    }

    private mutating func mapping(_ position: Position, isFlow: Bool, depth: Int) throws(YAMLSyntaxError) -> Node {
        var entries: [Entry] = []
        var firstPlaces: [String: Position] = [:]
        while true {
            let (event, place) = try events.next()
            if case .mappingEnd = event { return .mapping(Mapping(entries: entries, position: position)) }
            guard let key = try node(event, place, depth: depth + 1) else {
                return .mapping(Mapping(entries: entries, position: position))
            }
            let (valueEvent, valuePlace) = try events.next()
            guard let value = try node(valueEvent, valuePlace, depth: depth + 1) else { continue }
            guard case .scalar(let name) = key else {
                report("016", key.position, "a key must be a word, not \(key.kindName).")
                continue
            }
            if isFlow && Self.mendDecimalComma(&entries, name, value) { continue }
            if !name.text.utf8.allSatisfy({ $0 < 0x80 }) {
                report("017", place, "key \"\(name.text)\" has letters beyond ASCII, which may look like others.")
            }
            if name.text == "<<" { report("013", place, "a merge key (<<) is not allowed. Write the keys out.") }
            if let first = firstPlaces[name.text] {
                report(
                    "015", place,
                    "key \"\(name.text)\" stands here again; the first is at line \(first.line):\(first.column).")
            } else {
                firstPlaces[name.text] = place
                entries.append(Entry(key: name.text, keyPosition: place, value: value))
            }
        }
    }

    /// Joins what a decimal comma split: `{max: 3,5 mA}` arrives as `max: 3` and the key `5 mA` without a value.
    private static func mendDecimalComma(_ entries: inout [Entry], _ key: Scalar, _ value: Node) -> Bool {
        guard case .scalar(let empty) = value, empty.isPlain, empty.text.isEmpty, key.isPlain,
            key.text.first?.isASCII == true, key.text.first?.isWholeNumber == true,
            let last = entries.last, case .scalar(var number) = last.value, number.isPlain,
            !number.text.isEmpty, number.text.allSatisfy({ $0.isASCII && ($0.isWholeNumber || $0 == "-") })
        else { return false }
        number.text += "," + key.text
        entries[entries.count - 1].value = .scalar(number)
        return true
    }
}
