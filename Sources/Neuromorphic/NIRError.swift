/// Why a network file or graph was refused: each case carries what was found and what is allowed.
public enum NIRError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file cannot be opened or read.
    case unreadable(file: String)
    /// The file does not begin with the HDF5 signature.
    case notHDF5(file: String)
    /// The file is shorter than its own header says (bytes).
    case truncated(file: String, found: Int, expected: Int)
    /// A file could not be written.
    case unwritable(file: String)
    /// A group or dataset that every NIR file has is absent or of the wrong kind.
    case missing(what: String, at: String)
    /// A node's type is not one of NIR's.
    case unknownType(node: String, found: String, nearest: String)
    /// A node's type is known and not run by this back end.
    case unsupportedType(node: String, type: String, backend: String)
    /// A node lacks a parameter.
    case missingParameter(node: String, parameter: String)
    /// A parameter's shape disagrees with the node's.
    case parameterShape(node: String, parameter: String, found: [Int], expected: [Int])
    /// An edge joins shapes that disagree.
    case edgeShape(from: String, to: String, gives: [Int], expects: [Int])
    /// Two nodes have one name, so that edges could mean either.
    case sameName(node: String)
    /// An edge names a node that is not there.
    case danglingEdge(from: String, to: String, missing: String, nearest: String)
    /// A parameter holds a NaN or an infinity.
    case notFinite(node: String, parameter: String, index: String)
    /// A parameter is outside its range.
    case outOfRange(node: String, parameter: String, index: String, value: Double, allowed: String)
    /// A checkpoint whose size (bytes) is not `expected` and a multiple of `each` more.
    case checkpoint(file: String, found: Int, expected: Int, each: Int)
    /// A parameter that is a word holds another one than allowed.
    case unknownWord(node: String, parameter: String, found: String, allowed: String)
    /// A loop in which no node has state or delay.
    case algebraicLoop(nodes: [String])
    /// More values, nodes or nesting than this reader accepts.
    case tooLarge(what: String, found: Int, allowed: Int)
    /// The fixed-point chip cannot hold a node.
    case chip(node: String, reason: String)

    /// One sentence for a person: where, what was found, what is allowed.
    public var description: String {
        switch self {
        case .unreadable(let file): "\(file): cannot be read"
        case .notHDF5(let file): "\(file): not an HDF5 file (a NIR network is one)"
        case .truncated(let file, let found, let expected):
            "\(file): the file is damaged: \(found) bytes, its header says \(expected)"
        case .unwritable(let file): "\(file): cannot be written"
        case .missing(let what, let place): "\(place): \(what) is missing"
        case .unknownType(let node, let found, let nearest):
            "node '\(node)': unknown type '\(found)'; did you mean '\(nearest)'?"
        case .unsupportedType(let node, let type, let backend):
            "node '\(node)': type \(type) is not run by back end \(backend)"
        case .missingParameter(let node, let parameter): "node '\(node)': parameter '\(parameter)' is missing"
        case .parameterShape(let node, let parameter, let found, let expected):
            "node '\(node)': '\(parameter)' has shape \(shapeText(found)), expected \(shapeText(expected))"
        case .edgeShape(let from, let to, let gives, let expects):
            "edge '\(from)' -> '\(to)': gives \(shapeText(gives)), expects \(shapeText(expects))"
        case .sameName(let node): "node '\(node)' stands here twice; every node needs a name of its own"
        case .danglingEdge(let from, let to, let missing, let nearest):
            "edge '\(from)' -> '\(to)': no node '\(missing)'; the nearest name is '\(nearest)'"
        case .notFinite(let node, let parameter, let index):
            "node '\(node)': \(parameter)\(index) is not a finite number"
        case .outOfRange(let node, let parameter, let index, let value, let allowed):
            "node '\(node)': \(parameter)\(index) = \(short(value)); allowed: \(allowed)"
        case .checkpoint(let file, let found, let expected, let each):
            "\(file): \(found) bytes are no tinyRSNN checkpoint; allowed: \(expected) and \(each) for each channel"
        case .unknownWord(let node, let parameter, let found, let allowed):
            "node '\(node)': \(parameter) is '\(found)'; allowed: \(allowed)"
        case .algebraicLoop(let nodes):
            "loop without state or delay: " + nodes.map { "'\($0)'" }.joined(separator: " -> ")
        case .tooLarge(let what, let found, let allowed): "\(what): \(found), at most \(allowed) are accepted"
        case .chip(let node, let reason): "node '\(node)' does not fit the fixed-point chip: \(reason)"
        }
    }
}

/// A value as a person wrote it: the shortest text of a float32 where the value is one.
func short(_ value: Double) -> String {
    Double(Float(value)) == value ? "\(Float(value))" : "\(value)"
}
