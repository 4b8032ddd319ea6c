/// An element of the small XML texts in an XDF file: a name, its text, its children.
///
/// Attributes, comments and declarations are passed over; depth and number of elements are bounded.
struct XDFElement {
    var name: String
    var text = ""
    var children: [XDFElement] = []

    /// The first child called `name`.
    subscript(name: String) -> XDFElement? { children.first { $0.name == name } }

    /// The text of the first child called `name`, without blanks around it; empty where there is none.
    func value(_ name: String) -> String { RecordingText.trimmed(self[name]?.text ?? "") }

    /// The root element of `text`; nil where there is none, or its tags do not fit.
    init?(parsing text: String) {
        var parser = Parser(Array(text.utf8))
        guard let root = parser.root() else { return nil }
        self = root
    }

    private init(name: String) { self.name = name }

    private struct Parser {
        private let bytes: [UInt8]
        private var at = 0
        private var elements = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        mutating func root() -> XDFElement? {
            var open: [XDFElement] = []
            while at < bytes.count {
                guard let start = bytes[at...].firstIndex(of: UInt8(ascii: "<")) else { return nil }
                if !open.isEmpty, start > at { open[open.count - 1].text += decoded(bytes[at..<start]) }
                if bytes[start...].starts(with: "<!--".utf8) {
                    guard let end = find("-->", from: start) else { return nil }
                    at = end + 3
                    continue
                }
                guard let end = bytes[start...].firstIndex(of: UInt8(ascii: ">")) else { return nil }
                let tag = bytes[(start + 1)..<end]
                at = end + 1
                guard let first = tag.first else { return nil }
                if first == UInt8(ascii: "?") || first == UInt8(ascii: "!") { continue }
                let isEnd = first == UInt8(ascii: "/")
                let isEmpty = tag.last == UInt8(ascii: "/")
                let name = String(
                    decoding: tag.dropFirst(isEnd ? 1 : 0).prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") },
                    as: UTF8.self)
                if !isEnd {
                    elements += 1
                    guard elements < 200_000, open.count < 32 else { return nil }
                    open.append(XDFElement(name: name))
                }
                guard isEnd || isEmpty else { continue }
                guard let closed = open.popLast(), isEmpty || closed.name == name else { return nil }
                if open.isEmpty { return closed }
                open[open.count - 1].children.append(closed)
            }
            return nil
        }

        private func find(_ text: String, from start: Int) -> Int? {
            let wanted = Array(text.utf8)
            guard bytes.count >= wanted.count, start <= bytes.count - wanted.count else { return nil }
            return (start...(bytes.count - wanted.count)).first { bytes[$0...].starts(with: wanted) }
        }

        private func decoded(_ slice: ArraySlice<UInt8>) -> String {
            let text = RecordingText.utf8(slice) ?? RecordingText.latin1(slice)
            guard text.contains("&") else { return text }
            return text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
                .replacing("&apos;", with: "'").replacing("&amp;", with: "&")
        }
    }
}
