/// A scalar as it stands in the file: text until a schema asks for more.
struct Scalar: Hashable {
    var text: String
    var position: Position
    /// Written without quotes.
    var isPlain: Bool
}

/// One `key: value` of a mapping.
struct Entry {
    var key: String
    var keyPosition: Position
    var value: Node
}

/// A mapping in the order of the file.
struct Mapping {
    var entries: [Entry]
    var position: Position
}

/// A parsed YAML value with its place.
indirect enum Node {
    case scalar(Scalar)
    case mapping(Mapping)
    case sequence([Node], Position)

    var position: Position {
        switch self {
        case .scalar(let scalar): scalar.position
        case .mapping(let mapping): mapping.position
        case .sequence(_, let position): position
        }
    }

    /// What a person calls it.
    var kindName: String {
        switch self {
        case .scalar: "a single value"
        case .mapping: "a block of keys"
        case .sequence: "a list"
        }
    }
}
