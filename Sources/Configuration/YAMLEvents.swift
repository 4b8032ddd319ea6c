import CYAML

/// One event of libyaml, copied out before the library's memory is released.
enum YAMLEvent {
    case streamStart
    case streamEnd
    case documentStart(hasDirective: Bool)
    case documentEnd
    case alias
    case scalar(text: String, isPlain: Bool, marks: NodeMarks)
    case sequenceStart(NodeMarks)
    case sequenceEnd
    case mappingStart(NodeMarks, isFlow: Bool)
    case mappingEnd
}

/// What may be written before a node and is refused here.
struct NodeMarks {
    var hasAnchor: Bool
    var hasTag: Bool
}

/// A syntax error as libyaml says it.
struct YAMLSyntaxError: Error {
    var text: String
    var position: Position
}

/// libyaml's event parser over bytes that it owns.
@safe final class YAMLEvents {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let isReady: Bool

    init(_ bytes: [UInt8]) {
        unsafe parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        unsafe input = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, bytes.count))
        _ = unsafe input.initialize(from: bytes)
        isReady = unsafe yaml_parser_initialize(parser) == 1
        guard isReady else { return }
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
    }

    deinit {
        if isReady { unsafe yaml_parser_delete(parser) }
        unsafe parser.deallocate()
        unsafe input.deallocate()
    }

    /// The next event and where it begins.
    func next() throws(YAMLSyntaxError) -> (YAMLEvent, Position) {
        guard isReady else { throw YAMLSyntaxError(text: "no memory", position: Position(line: 1, column: 1)) }
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
        defer { unsafe yaml_event_delete(&event) }
        let mark = unsafe event.start_mark
        let position = Position(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
        return (unsafe Self.copy(event), position)
    }

    private func syntaxError() -> YAMLSyntaxError {
        let text = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "unreadable"
        let mark = unsafe parser.pointee.problem_mark
        return YAMLSyntaxError(text: text, position: Position(line: Int(mark.line) + 1, column: Int(mark.column) + 1))
    }

    private static func copy(_ event: yaml_event_t) -> YAMLEvent {
        switch unsafe event.type {
        case YAML_STREAM_START_EVENT: return .streamStart
        case YAML_DOCUMENT_START_EVENT:
            let start = unsafe event.data.document_start
            let hasTags = unsafe start.tag_directives.start != start.tag_directives.end
            return .documentStart(hasDirective: unsafe start.version_directive != nil || hasTags)
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return .alias
        case YAML_SCALAR_EVENT: return unsafe scalar(event.data.scalar)
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe event.data.sequence_start
            return .sequenceStart(NodeMarks(hasAnchor: unsafe start.anchor != nil, hasTag: unsafe start.tag != nil))
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            let start = unsafe event.data.mapping_start
            let marks = NodeMarks(hasAnchor: unsafe start.anchor != nil, hasTag: unsafe start.tag != nil)
            return .mappingStart(marks, isFlow: unsafe start.style == YAML_FLOW_MAPPING_STYLE)
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        default: return .streamEnd
        }
    }

    private static func scalar(_ scalar: yaml_event_s.__Unnamed_union_data.__Unnamed_struct_scalar) -> YAMLEvent {
        let buffer = unsafe UnsafeBufferPointer(start: scalar.value, count: Int(scalar.length))
        let text = unsafe String(decoding: buffer, as: UTF8.self)
        let marks = NodeMarks(hasAnchor: unsafe scalar.anchor != nil, hasTag: unsafe scalar.tag != nil)
        return .scalar(text: text, isPlain: unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE, marks: marks)
    }
}
