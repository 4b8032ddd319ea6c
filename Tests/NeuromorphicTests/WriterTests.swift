import Foundation
import Neuromorphic
import Testing

/// The reader of the NIR authors, `nir` 1.0.8 in `.oracles`, on files that Ansa wrote.
@Suite struct WriterTests {
    static let files =
        [
            "affine", "linear", "scale", "threshold", "delay", "i", "if", "li", "lif", "cubali", "cubalif", "recurrent",
            "nested_decoder", "two_edges_sum", "lif_reset_leak", "delayed_loop", "conv1d", "conv1d_stride_dilation",
            "conv2d_same", "conv2d_pool_flatten", "avgpool2d",
        ].map { "generated/" + $0 } + [
            "public/lif_norse", "public/two_lif_neurons", "public/braille_noDelay_bias_zero", "public/cnn_sinabs",
        ]

    /// Compares two files node by node as nir sees them; prints what differs.
    static let script = """
        import sys, numpy, nir
        def same(a, b, place):
            if type(a) is not type(b): return [f"{place}: {type(a)} {type(b)}"]
            if isinstance(a, nir.NIRGraph):
                wrong = [] if set(a.nodes) == set(b.nodes) else [f"{place}: {set(a.nodes)} {set(b.nodes)}"]
                if sorted(a.edges) != sorted(b.edges): wrong.append(f"{place}: {a.edges} {b.edges}")
                for name in set(a.nodes) & set(b.nodes):
                    wrong += same(a.nodes[name], b.nodes[name], place + "/" + name)
                return wrong
            x, y = a.to_dict(), b.to_dict()
            keys = [k for k in set(x) | set(y) if k not in ("metadata",)]
            return [f"{place}.{k}: {x.get(k)} {y.get(k)}" for k in keys
                    if not (k in x and k in y and numpy.array_equal(numpy.squeeze(x[k]), numpy.squeeze(y[k])))]
        try: a, check = nir.read(sys.argv[1]), True
        except ValueError: a, check = nir.read(sys.argv[1], type_check=False), False
        b = nir.read(sys.argv[2], type_check=check)
        wrong = same(a, b, "")
        print("\\n".join(wrong) if wrong else "equal")
        """

    static var python: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path + "/.oracles/bin/python3"
    }
    static let isPresent =
        Data.isRequired || (Data.isPresent && FileManager.default.isExecutableFile(atPath: python))

    @Test(
        "A network written by Ansa loads in nir 1.0.8 and equals the file that Ansa read",
        .enabled(if: isPresent, "needs recordings in ANSA_DATA and .oracles"), arguments: files)
    func oracle(_ name: String) throws {
        let path = temporaryPath("written.nir")
        defer { try? FileManager.default.removeItem(atPath: path) }
        try NIRGraph.load(Data.path(name + ".nir")).write(to: path)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.python)
        // Where nir's type check refuses the file given, because it infers less, ours is read without it, too.
        process.arguments = ["-c", Self.script, Data.path(name + ".nir"), path]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(text == "equal\n", "\(name)")
    }

    @Test(
        "Reading what was written gives the same nodes and edges, sub-graphs and words included",
        .enabled(if: Data.isPresent, "needs recordings in ANSA_DATA"), arguments: files + ["generated/old_layout"])
    func again(_ name: String) throws {
        let path = temporaryPath("written.nir")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let graph = try NIRGraph.load(Data.path(name + ".nir"))
        try graph.write(to: path)
        let read = try NIRGraph.load(path)
        #expect(Set(read.nodes) == Set(graph.nodes))
        #expect(Set(read.edges) == Set(graph.edges) && read.edges.count == graph.edges.count)
    }

    /// Shapes by hand from PyTorch's rule: (10 + 2·1 − 2·(3 − 1) − 1)/2 + 1 = 4 and (9 + 0 − (2 − 1) − 1)/3 + 1 = 3.
    @Test("A grouped convolution with a non-square kernel takes its shape from the edge and sums its own channels only")
    func grouped() throws {
        func numbers(_ values: Double...) -> Tensor { Tensor(values) }
        let weight = Tensor(shape: [2, 1, 3, 2], values: (0..<12).map { $0 < 6 ? 1 : 10 })
        let conv = NIRNode(
            name: "conv", kind: .conv2d,
            parameters: [
                "weight": weight, "bias": numbers(0, 0.5), "stride": numbers(2, 3), "padding": numbers(1, 0),
                "dilation": numbers(2, 1), "groups": Tensor(shape: [], values: [2]),
            ])
        let graph = try NIRGraph(
            nodes: [
                NIRNode(name: "in", kind: .input, parameters: ["shape": numbers(2, 10, 9)]), conv,
                NIRNode(name: "out", kind: .output, parameters: ["shape": numbers(2, 4, 3)]),
            ], edges: [NIREdge(from: "in", to: "conv"), NIREdge(from: "conv", to: "out")])
        let chip = try ChipNetwork(graph: graph, backend: .float, dt: 0.001)
        // All ones: rows −1, 1, 3 of the first result meet two rows, later ones three; two columns each.
        let input = [Double](repeating: 1, count: 180)
        var output = [Double](repeating: 0, count: 24)
        unsafe chip.step(input: input, output: &output)
        #expect(output.prefix(6) == [4, 4, 4, 6, 6, 6] && output[12] == 40.5 && output[15] == 60.5)
        #expect(chip.operations.synaptic == 2 * (2 * 6 + 3 * 18))
    }

    @Test("A word that is no padding, a stride with `same` and too large a kernel are refused by node and parameter")
    func windows() {
        func refusal(_ change: (inout NIRNode) -> Void) -> String {
            var conv = NIRNode(
                name: "conv", kind: .conv1d,
                parameters: [
                    "weight": Tensor(shape: [1, 1, 3], values: [1, 1, 1]), "bias": Tensor([0]), "stride": Tensor([1]),
                    "padding": Tensor([0]), "dilation": Tensor([1]), "groups": Tensor([1]),
                    "input_shape": Tensor([4]),
                ])
            change(&conv)
            do throws(NIRError) {
                _ = try NIRGraph(nodes: [conv], edges: [])
                return "accepted"
            } catch { return error.description }
        }
        #expect(refusal { _ in } == "accepted")
        let word = refusal {
            $0.parameters["padding"] = nil; $0.texts["padding"] = "sane"
        }
        #expect(word == "node 'conv': padding is 'sane'; allowed: same, valid")
        let stride = refusal {
            $0.parameters["padding"] = nil
            $0.texts["padding"] = "same"
            $0.parameters["stride"] = Tensor([2])
        }
        #expect(stride == "node 'conv': stride = 2.0; allowed: 1 with padding 'same'")
        let kernel = refusal { $0.parameters["dilation"] = Tensor([2]) }
        #expect(kernel == "node 'conv': 'weight' has shape [1,3], expected [1,4]")
        #expect(refusal { $0.parameters["groups"] = Tensor([.nan]) }.contains("groups[0] is not a finite number"))
    }

    @Test("Two nodes of one name are refused: their values would lie over each other")
    func sameName() throws {
        let shape = { (count: Double) in ["shape": Tensor([count])] }
        #expect(throws: NIRError.sameName(node: "output")) {
            try NIRGraph(
                nodes: [
                    NIRNode(name: "input", kind: .input, parameters: shape(1)),
                    NIRNode(name: "output", kind: .output, parameters: shape(1)),
                    NIRNode(name: "output", kind: .output, parameters: shape(10)),
                ], edges: [NIREdge(from: "input", to: "output")])
        }
    }

    @Test("A parameter that a type does not have is left out, and said")
    func stranger() throws {
        let weight = Tensor(shape: [2, 2], values: [1, 0, 0, 1])
        let graph = try NIRGraph(
            nodes: [
                NIRNode(
                    name: "w", kind: .linear, parameters: ["weight": weight, "bias": Tensor(shape: [], values: [1])])
            ],
            edges: [])
        #expect(graph.node("w")?.parameters == ["weight": weight])
        #expect(graph.notes.contains("node 'w': a Linear has no 'bias'; left out"))
    }

    @Test("A parameter without a single value in one of its axes is refused, with the axis")
    func emptyAxis() throws {
        do {
            _ = try NIRGraph(
                nodes: [
                    NIRNode(name: "w", kind: .linear, parameters: ["weight": Tensor(shape: [4, 0, 1], values: [])])
                ], edges: [])
            Issue.record("it was taken")
        } catch {
            #expect(error.description == "node 'w': weight's extent 1 = 0.0; allowed: 1 and above")
        }
    }

    @Test("A time constant below the step is refused with its node, index and value")
    func step() throws {
        let lif = NIRNode(
            name: "lif", kind: .lif,
            parameters: [
                "tau": Tensor([0.02, 0.0005]), "r": Tensor([1, 1]), "v_leak": Tensor([0, 0]),
                "v_threshold": Tensor([1, 1]),
            ])
        let graph = try NIRGraph(nodes: [lif], edges: [])
        do throws(NIRError) {
            _ = try ChipNetwork(graph: graph, backend: .float, dt: 0.001)
            Issue.record("accepted")
        } catch {
            #expect(error.description == "node 'lif': tau[1] = 0.0005; allowed: the step of 0.001 s and above")
        }
    }
}
