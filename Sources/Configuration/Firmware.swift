/// Bounds on a dotted version: `>=3.2,<4`.
struct FirmwareRange {
    private var bounds: [(relation: String, version: [Int])] = []

    /// nil where `text` is no list of bounds.
    init?(_ text: String) {
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let trimmed = part.drop { $0 == " " }
            let relation = [">=", "<=", "==", ">", "<"].first { trimmed.hasPrefix($0) } ?? ""
            guard !relation.isEmpty, let version = Self.version(String(trimmed.dropFirst(relation.count))) else {
                return nil
            }
            bounds.append((relation, version))
        }
    }

    func contains(_ text: String) -> Bool {
        guard let version = Self.version(text) else { return false }
        return bounds.allSatisfy { bound in
            let order = Self.compare(version, bound.version)
            switch bound.relation {
            case ">=": return order >= 0
            case "<=": return order <= 0
            case ">": return order > 0
            case "<": return order < 0
            default: return order == 0
            }
        }
    }

    private static func version(_ text: String) -> [Int]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in
            part.allSatisfy { $0.isASCII && $0.isWholeNumber } && part.count <= 6 ? Int(part) : nil
        }
        return numbers.count == parts.count && parts.count <= 4 ? numbers : nil
    }

    private static func compare(_ a: [Int], _ b: [Int]) -> Int {
        for index in 0..<max(a.count, b.count) {
            let difference = (index < a.count ? a[index] : 0) - (index < b.count ? b[index] : 0)
            if difference != 0 { return difference }
        }
        return 0
    }
}
