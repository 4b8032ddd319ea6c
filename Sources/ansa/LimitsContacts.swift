import Configuration
import Signal

/// Reads what a person says about contacts.
///
/// As one option, contacts apart by semicolons, their parts by commas:
///
///     c0: macro-ring, 6 mm2, PtIr, stimulate+sense, 50 uC/cm2, 60 us in vivo; case: return-case, 20 cm2, Ti, stimulate
struct LimitsContacts {
    static let kinds: [(String, ElectrodeKind)] = [
        ("macro-ring", .macroRing), ("macro-segment", .macroSegment), ("strip", .strip), ("seeg", .seeg),
        ("micro", .micro), ("scalp", .scalp), ("return-case", .returnCase),
    ]
    static let uses = ["stimulate", "sense", "stimulate+sense", "unused"]

    /// The parts in the order in which they are said.
    static let parts: [(name: String, text: String)] = [
        ("kind", "kind (\(kinds.map(\.0).joined(separator: ", ")), or unused)"),
        ("area", "area, such as 6 mm2; if in doubt the smaller one"),
        ("material", "material, such as PtIr"),
        ("uses", "what it does (stimulate, sense, stimulate+sense)"),
        ("injection", "charge-injection limit of that material, such as 50 uC/cm2"),
        ("condition", "how that was measured, such as '60 us, in vivo, report 2026-11'"),
    ]

    /// What is wrong with an answer to one part, or nil.
    static func objection(_ part: String, _ answer: String) -> String? {
        switch part {
        case "kind":
            let names = kinds.map(\.0) + ["unused"]
            guard !names.contains(answer) else { return nil }
            let part = names.first { !answer.isEmpty && $0.contains(answer) }
            return "'\(answer)' is not one of \(names.joined(separator: ", "))."
                + (part.map { " Did you mean '\($0)'?" } ?? suggestion(for: answer, among: names, quotedWith: ""))
        case "area":
            let area = try? Quantity.parse(answer, as: .area)
            return area.map { (1...1_000_000_000_000).contains($0) } == true
                ? nil : "'\(answer)' is not an area such as 6 mm2, 20 cm2 or 2000 um2"
        case "uses":
            return uses.contains(answer) ? nil : "'\(answer)' is not one of \(uses.joined(separator: ", "))"
        case "injection":
            let density = try? Quantity.parse(answer, as: .chargeDensity)
            return density.map { (1...100_000).contains($0) } == true
                ? nil : "'\(answer)' is not a charge density such as 50 uC/cm2"
        default: return answer.isEmpty ? "needs a word" : nil
        }
    }

    /// What is wrong with `uses` of a contact of `kind`, or nil: charge rules of these kinds are written by hand.
    static func objection(kind: String, uses: String) -> String? {
        guard kind == "micro" || kind == "scalp", uses.hasPrefix("stimulate") else { return nil }
        return "this command writes no limits for \(kind) contacts that stimulate; write 'sense', or that file by hand"
    }

    /// True where a contact of this kind and use must say what its material bears.
    static func needsInjection(kind: String, uses: String) -> Bool {
        kind != "return-case" && uses.hasPrefix("stimulate")
    }

    /// The contact that `parts` describe, all of which were found good; nil for an unused one.
    static func contact(_ id: String, _ parts: [String: String]) -> ContactAnswer? {
        guard let kind = kinds.first(where: { $0.0 == parts["kind"] })?.1,
            let area = try? Answer(parts["area"] ?? "", as: .area)
        else { return nil }
        let uses = parts["uses"] ?? ""
        let injection = (try? Answer(parts["injection"] ?? "", as: .chargeDensity)).map {
            (limit: $0, condition: parts["condition"] ?? "")
        }
        return ContactAnswer(
            id: id, kind: kind, area: area, material: parts["material"] ?? "", stimulate: uses.hasPrefix("stimulate"),
            sense: uses.hasSuffix("sense"), injection: injection)
    }

    /// The contacts in `text`, or every mistake in it; each of `ids` must be there, if only as `unused`.
    static func read(_ text: String, ids: [String]) -> (contacts: [ContactAnswer], mistakes: [String]) {
        var contacts: [ContactAnswer] = []
        var mistakes: [String] = []
        var seen: [String] = []
        for item in text.split(separator: ";") {
            let halves = item.split(separator: ":", maxSplits: 1).map { trimmed($0) }
            guard halves.count == 2 else {
                mistakes.append("'\(trimmed(item))' is not 'id: kind, area, material, uses, …'")
                continue
            }
            let id = halves[0]
            guard ids.contains(id) else {
                let hint = suggestion(for: id, among: ids, quotedWith: "")
                mistakes.append("the device has no contact '\(id)'; it has \(ids.joined(separator: ", ")).\(hint)")
                continue
            }
            if seen.contains(id) { mistakes.append("contact \(id) is described twice") }
            seen.append(id)
            let values = halves[1].split(separator: ",", maxSplits: parts.count - 1).map { trimmed($0) }
            guard values.first != "unused" else { continue }
            let read = read(values)
            mistakes += read.mistakes.map { "contact \(id): \($0)" }
            if read.mistakes.isEmpty, let contact = contact(id, read.parts) { contacts.append(contact) }
        }
        let absent = ids.filter { !seen.contains($0) }
        if !absent.isEmpty {
            mistakes.append(
                "nothing is said about \(absent.joined(separator: ", ")); write 'unused' for what is not used")
        }
        return (contacts, mistakes)
    }

    private static func read(_ values: [String]) -> (parts: [String: String], mistakes: [String]) {
        var found: [String: String] = [:]
        var mistakes: [String] = []
        let needed = needsInjection(kind: values.first ?? "", uses: values.count > 3 ? values[3] : "") ? 6 : 4
        for (index, part) in parts.enumerated() where index < max(needed, values.count) {
            guard values.indices.contains(index) else {
                mistakes.append("\(part.name) is missing: \(part.text)")
                continue
            }
            if let objection = objection(part.name, values[index]) { mistakes.append(objection) }
            found[part.name] = values[index]
        }
        let unfit = objection(kind: found["kind"] ?? "", uses: found["uses"] ?? "")
        if let unfit { mistakes.append(unfit) }
        return (found, mistakes)
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
