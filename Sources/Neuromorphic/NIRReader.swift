/// Reads the groups of a NIR file into a flat list of nodes and edges.
enum NIRReader {
    /// What a file holds, before it is checked.
    struct Raw {
        var nodes: [NIRNode] = []
        var edges: [NIREdge] = []
        var version = "unknown"
        var notes: [String] = []
        /// Where an edge from or to a sub-graph really goes.
        var entries: [String: String] = [:]
        var exits: [String: String] = [:]
        var renames: [String: String] = [:]

        mutating func renamed(_ name: String) -> String {
            guard let other = renames[name] else { return name }
            notes.append("edges: '\(name)' read as '\(other)', as allowed")
            return other
        }
    }

    static func read(_ path: String, renames: [String: String]) throws(NIRError) -> Raw {
        let file = try HDF5Reading(path: path)
        var raw = Raw()
        raw.renames = renames
        if file.has("version", in: "") {
            raw.version = try file.texts("/version").values.first ?? raw.version
        } else {
            raw.notes.append("the file states no version")
        }
        guard file.has("node", in: "") else { throw .missing(what: "group '/node'", at: path) }
        try readGraph(file, path, "/node", prefix: "", depth: 0, into: &raw)
        return raw
    }

    private static func readGraph(
        _ file: HDF5Reading, _ path: String, _ place: String, prefix: String, depth: Int, into raw: inout Raw
    ) throws(NIRError) {
        guard depth < 8 else { throw .tooLarge(what: "nesting of sub-graphs", found: depth + 1, allowed: 8) }
        for part in ["nodes", "edges"] where !file.has(part, in: place) {
            throw .missing(what: "'\(part)'", at: path + ":" + place)
        }
        for name in try file.members(of: place + "/nodes") {
            try readNode(file, path, place + "/nodes/" + name, name: prefix + name, depth: depth, into: &raw)
        }
        let edges = try file.texts(place + "/edges")
        guard edges.values.isEmpty || (edges.shape.count == 2 && edges.shape[1] == 2) else {
            throw .missing(what: "pairs in 'edges'", at: path + ":" + place)
        }
        for pair in stride(from: 0, to: edges.values.count - 1, by: 2) {
            let from = raw.renamed(prefix + edges.values[pair])
            let to = raw.renamed(prefix + edges.values[pair + 1])
            raw.edges.append(NIREdge(from: raw.exits[from] ?? from, to: raw.entries[to] ?? to))
        }
    }

    private static func readNode(
        _ file: HDF5Reading, _ path: String, _ place: String, name: String, depth: Int, into raw: inout Raw
    ) throws(NIRError) {
        guard file.has("type", in: place) else { throw .missing(what: "'type'", at: "node '\(name)'") }
        let type = try file.texts(place + "/type").values.first ?? ""
        guard let kind = NIRKind(rawValue: type) else {
            let nearest = nearestName(to: type, among: NIRKind.allCases.map(\.rawValue))
            throw .unknownType(node: name, found: type, nearest: nearest)
        }
        if kind == .graph {
            let first = raw.nodes.count
            try readGraph(file, path, place, prefix: name + "/", depth: depth + 1, into: &raw)
            try joinEnds(of: name, from: first, in: &raw)
            return
        }
        var node = NIRNode(name: name, kind: kind, parameters: [:])
        for member in try file.members(of: place) where member != "type" {
            if member == "metadata" {
                raw.notes.append("node '\(name)': its metadata are not kept")
                continue
            }
            if member == "output_type" || (member == "input_type" && kind != .flatten) { continue }
            let dataset = place + "/" + member
            guard file.isDataset(dataset) else { continue }
            node.parameters[member] = try file.tensor(dataset)
            if member == "padding", node.parameters[member] == nil {
                node.texts[member] = try file.texts(dataset).values.first
            }
        }
        raw.nodes.append(node)
    }

    /// Turns a sub-graph's own Input and Output into relays that outer edges meet.
    private static func joinEnds(of name: String, from first: Int, in raw: inout Raw) throws(NIRError) {
        let depth = name.utf8.count { $0 == UInt8(ascii: "/") } + 1
        for index in first..<raw.nodes.count {
            let node = raw.nodes[index]
            guard node.name.utf8.count(where: { $0 == UInt8(ascii: "/") }) == depth, !node.isRelay else { continue }
            guard node.kind == .input || node.kind == .output else { continue }
            let isSecond = (node.kind == .input ? raw.entries : raw.exits)[name] != nil
            guard !isSecond else {
                throw .tooLarge(what: "\(node.kind.rawValue) nodes of sub-graph '\(name)'", found: 2, allowed: 1)
            }
            if node.kind == .input { raw.entries[name] = node.name } else { raw.exits[name] = node.name }
            raw.nodes[index].isRelay = true
        }
    }
}
