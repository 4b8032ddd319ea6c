extension NIRGraph {
    /// The version of the format that is written.
    package static let writtenVersion = "1.0.8"

    /// Writes the graph in the layout of NIR 1.0.8; equal graphs give equal bytes.
    ///
    /// Weights and biases are stored as float32 where that loses nothing, times and the other parameters as float64,
    /// whole numbers as int64. Nodes named `a/b` become node `b` of sub-graph `a`, as they were read.
    public func write(to path: String) throws(NIRError) {
        for edge in edges {
            let seen = seenFromOutside(edge)
            guard NIRGraph.folder(seen.from) == NIRGraph.folder(seen.to) else {
                throw .missing(what: "a graph that holds both ends", at: "edge '\(edge.from)' -> '\(edge.to)'")
            }
        }
        let file = try HDF5Writing(path: path)
        try file.texts("/version", [NIRGraph.writtenVersion], shape: [])
        try writeGraph(file, at: "/node", prefix: "")
    }

    private func writeGraph(_ file: HDF5Writing, at place: String, prefix: String) throws(NIRError) {
        try file.group(place)
        try file.texts(place + "/type", [NIRKind.graph.rawValue], shape: [])
        let pairs = edges.compactMap { edge in pair(edge, within: prefix) }
        try file.texts(place + "/edges", pairs.flatMap { [$0.from, $0.to] }, shape: [pairs.count, 2])
        try file.group(place + "/nodes")
        var written: Set<String> = []
        for node in nodes where node.name.hasPrefix(prefix) {
            let rest = node.name.dropFirst(prefix.count)
            guard let slash = rest.firstIndex(of: "/") else {
                try NIRGraph.writeNode(node, file, at: place + "/nodes/" + rest)
                continue
            }
            let name = String(rest[..<slash])
            guard written.insert(name).inserted else { continue }
            try writeGraph(file, at: place + "/nodes/" + name, prefix: prefix + name + "/")
        }
    }

    /// The edge as the graph at `prefix` lists it, or nil where it belongs to another graph.
    private func pair(_ edge: NIREdge, within prefix: String) -> NIREdge? {
        let seen = seenFromOutside(edge)
        guard NIRGraph.folder(seen.from) == prefix, NIRGraph.folder(seen.to) == prefix else { return nil }
        return seen.without(prefix)
    }

    /// What leaves a sub-graph's Output, or enters its Input, leaves or enters the sub-graph.
    private func seenFromOutside(_ edge: NIREdge) -> NIREdge {
        func end(_ name: String, _ kind: NIRKind) -> String {
            guard let node = node(name), node.isRelay, node.kind == kind else { return name }
            return String(NIRGraph.folder(name).dropLast())
        }
        return NIREdge(from: end(edge.from, .output), to: end(edge.to, .input))
    }

    /// `a/b/` of `a/b/c`.
    private static func folder(_ name: String) -> String {
        guard let slash = name.lastIndex(of: "/") else { return "" }
        return String(name[...slash])
    }

    private static func writeNode(_ node: NIRNode, _ file: HDF5Writing, at place: String) throws(NIRError) {
        try file.group(place)
        try file.texts(place + "/type", [node.kind.rawValue], shape: [])
        for (name, tensor) in node.parameters.sorted(by: { $0.key < $1.key }) {
            try file.tensor(place + "/" + name, tensor, as: storage(of: name, tensor))
        }
        for (name, text) in node.texts.sorted(by: { $0.key < $1.key }) {
            try file.texts(place + "/" + name, [text], shape: [])
        }
    }

    private static func storage(of name: String, _ tensor: Tensor) -> HDF5Writing.Storage {
        switch name {
        case "shape", "stride", "padding", "dilation", "groups", "kernel_size", "input_shape", "input_type",
            "start_dim", "end_dim":
            .int64
        case "weight", "bias": tensor.values.allSatisfy { Double(Float($0)) == $0 } ? .float32 : .float64
        default: .float64
        }
    }
}

extension NIREdge {
    fileprivate func without(_ prefix: String) -> NIREdge {
        NIREdge(from: String(from.dropFirst(prefix.count)), to: String(to.dropFirst(prefix.count)))
    }
}
