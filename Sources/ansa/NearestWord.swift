/// ` Did you mean '--arm'?` when one of `candidates` is near enough to `word`, otherwise nothing.
func suggestion(for word: String, among candidates: [String], quotedWith dashes: String) -> String {
    guard let nearest = nearestWord(to: word, among: candidates) else { return "" }
    return " Did you mean '\(dashes)\(nearest)'?"
}

/// The candidate that a person most likely meant, or nil when none is within a third of the word's length.
///
/// A candidate that begins with the word counts as one step away. Of equally near ones, the first in order.
func nearestWord(to word: String, among candidates: [String]) -> String? {
    let allowed = max(1, word.count / 3 + 1)
    var best: (distance: Int, word: String)?
    for candidate in candidates {
        let begins = word.count > 1 && candidate.hasPrefix(word)
        let distance = begins ? 1 : editDistance(Array(word.lowercased()), Array(candidate.lowercased()))
        if distance <= allowed, distance < best?.distance ?? .max { best = (distance, candidate) }
    }
    return best?.word
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
///
/// Source: optimal string alignment, Boytsov 2011, ACM J. Exp. Algorithmics 16, §2.2.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var before: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
            row.append(cost)
        }
        (before, last) = (last, row)
    }
    return last[b.count]
}
