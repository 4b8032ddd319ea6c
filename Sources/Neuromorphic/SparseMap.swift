/// A linear map as the weights that leave each input: outputs and weights, input by input.
///
/// What convolutions, poolings and matrices of more than two axes become. Padding costs nothing, and a silent input
/// costs nothing.
struct SparseMap {
    /// First entry of each input, and the number of entries at the end.
    var starts: [Int32] = []
    var targets: [Int32] = []
    var weights: [Double] = []
    /// Added to each output.
    var bias: [Double] = []

    /// Entries at most, asked for before any memory is.
    static let limit = 1 << 26

    /// The map of a checked `node` that takes `input` and gives `output`; nil where it is no such map.
    init?(_ node: NIRNode, input: [Int], output: [Int]) throws(NIRError) {
        if node.kind.isConvolution || node.kind.isPool {
            try self.init(window: try NIRGraph.window(of: node), node, input: input, output: output)
        } else if node.kind == .affine || node.kind == .linear, let weight = node.parameters["weight"] {
            self.init(blocks: weight, bias: node.parameters["bias"])
        } else {
            return nil
        }
    }

    /// Channels first; one spatial axis counts as a row of a plane.
    private init(window: SpatialWindow, _ node: NIRNode, input: [Int], output: [Int]) throws(NIRError) {
        let values = node.parameters["weight"]?.values
        let groups = try values == nil ? input[0] : node.integers("groups", count: 1, in: 1...65_536)[0]
        let (size, grid) = (SparseMap.plane(input), SparseMap.plane(output))
        let fan = input[0] / groups * window.kernel[0] * window.kernel[1]
        let (count, overflow) = fan.multipliedReportingOverflow(by: output.reduce(1, *))
        guard !overflow, count <= SparseMap.limit else {
            throw .tooLarge(what: "synapses of '\(node.name)'", found: count, allowed: SparseMap.limit)
        }
        let share = node.kind == .avgPool2d ? 1 / Double(window.kernel[0] * window.kernel[1]) : 1
        var lists = [[(Int32, Double)]](repeating: [], count: input.reduce(1, *))
        for channel in 0..<output[0] {
            let first = channel / (output[0] / groups) * (input[0] / groups)
            for tap in 0..<fan {
                let weight = values.map { $0[channel * fan + tap] } ?? share
                guard weight != 0 else { continue }
                SparseMap.slide(window, tap, size, grid) { source, place in
                    let plane = first + tap / (window.kernel[0] * window.kernel[1])
                    lists[plane * size[0] * size[1] + source]
                        .append((Int32(channel * grid[0] * grid[1] + place), weight))
                }
            }
        }
        gather(lists)
        let perChannel = node.parameters["bias"]?.values ?? [Double](repeating: 0, count: output[0])
        bias = perChannel.flatMap { [Double](repeating: $0, count: grid[0] * grid[1]) }
    }

    /// Every pair of an input's and a result's place in their planes that kernel entry `tap` joins.
    private static func slide(
        _ window: SpatialWindow, _ tap: Int, _ size: [Int], _ grid: [Int], join: (Int, Int) -> Void
    ) {
        let entry = tap % (window.kernel[0] * window.kernel[1])
        for y in 0..<grid[0] {
            guard let i = window.place(0, result: y, entry: entry / window.kernel[1], of: size[0]) else { continue }
            for x in 0..<grid[1] {
                guard let j = window.place(1, result: x, entry: entry % window.kernel[1], of: size[1]) else {
                    continue
                }
                join(i * size[1] + j, y * grid[1] + x)
            }
        }
    }

    /// A matrix for each place of the leading axes.
    private init(blocks weight: Tensor, bias given: Tensor?) {
        let (rows, columns) = (weight.shape[weight.shape.count - 2], weight.shape[weight.shape.count - 1])
        let blocks = weight.values.count / max(1, rows * columns)
        var lists = [[(Int32, Double)]](repeating: [], count: blocks * columns)
        for (index, value) in weight.values.enumerated() where value != 0 {
            let (block, row, column) = (index / (rows * columns), index / columns % rows, index % columns)
            lists[block * columns + column].append((Int32(block * rows + row), value))
        }
        gather(lists)
        bias = given?.values ?? [Double](repeating: 0, count: blocks * rows)
    }

    private mutating func gather(_ lists: [[(Int32, Double)]]) {
        for list in lists {
            starts.append(Int32(targets.count))
            for (target, weight) in list {
                targets.append(target)
                weights.append(weight)
            }
        }
        starts.append(Int32(targets.count))
    }

    private static func plane(_ shape: [Int]) -> [Int] { shape.count == 2 ? [1, shape[1]] : [shape[1], shape[2]] }
}
