/// A pattern for labels, in which `*` stands for any text and `?` for one character.
struct LabelPattern {
    private let pattern: [Character]

    init(_ text: some StringProtocol) { pattern = Array(text) }

    /// Whether the whole of `label` fits; a `*` takes as little as it can, and more where the rest fails.
    func fits(_ label: String) -> Bool {
        let text = Array(label)
        var (at, place) = (0, 0)
        var star: (place: Int, at: Int)?
        while at < text.count {
            if place < pattern.count, pattern[place] == "*" {
                star = (place, at)
                place += 1
            } else if place < pattern.count, pattern[place] == "?" || pattern[place] == text[at] {
                (at, place) = (at + 1, place + 1)
            } else if let back = star {
                star = (back.place, back.at + 1)
                (at, place) = (back.at + 1, back.place + 1)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == "*" }
    }
}
