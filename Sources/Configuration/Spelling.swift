/// Finding the word that a person meant.
enum Spelling {
    /// The candidate nearest to `word`, if it is near enough to be meant.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        let extended = candidates.first { min($0.count, word.count) >= 3 && ($0.hasPrefix(word) || word.hasPrefix($0)) }
        if let extended { return extended }
        let best = candidates.map { ($0, distance(word, $0)) }.min { $0.1 < $1.1 }
        guard let (candidate, edits) = best else { return nil }
        return edits <= max(1, min(candidate.count, word.count) / 3) ? candidate : nil
    }

    /// ` Did you mean "…"?` or nothing.
    static func hint(for word: String, among candidates: [String]) -> String {
        nearest(to: word, among: candidates).map { " Did you mean \"\($0)\"?" } ?? ""
    }

    /// Insertions, deletions, substitutions and swaps of neighbours between two words.
    ///
    /// Source: the optimal string alignment distance, Damerau 1964.
    static func distance(_ first: String, _ second: String) -> Int {
        let a = Array(first.unicodeScalars.prefix(64))
        let b = Array(second.unicodeScalars.prefix(64))
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var rows = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
        for i in 0...a.count { rows[i][0] = i }
        for j in 0...b.count { rows[0][j] = j }
        for i in 1...a.count {
            for j in 1...b.count {
                let cost = a[i - 1] == b[j - 1] ? 0 : 1
                var best = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + cost)
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = min(best, rows[i - 2][j - 2] + 1)
                }
                rows[i][j] = best
            }
        }
        return rows[a.count][b.count]
    }
}
