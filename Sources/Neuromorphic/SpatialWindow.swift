/// The window that a convolution or a pooling node slides over one or two axes, in PyTorch's terms.
///
/// One axis is treated as two, the first of which has one place. Along an axis of n places with kernel k, stride s,
/// dilation d and padding p before and q after, there are ⌊(n + p + q − d(k − 1) − 1)/s⌋ + 1 results; `same` pads
/// d(k − 1) places, the smaller half before. Source: PyTorch, torch.nn.Conv2d and AvgPool2d (`ceil_mode` false).
struct SpatialWindow {
    var kernel: [Int]
    var stride: [Int]
    var dilation: [Int]
    var before: [Int]
    var after: [Int]

    /// The window of `node` over `axes` axes, with a kernel of that many extents.
    init(_ node: NIRNode, kernel: [Int], axes: Int) throws(NIRError) {
        let stride = try node.integers("stride", count: axes, in: 1...4096)
        let dilation = node.kind.isConvolution ? try node.integers("dilation", count: axes, in: 1...4096) : []
        var before = [Int](repeating: 0, count: axes)
        var after = before
        if let word = node.texts["padding"] {
            guard word == "same" || word == "valid" else {
                throw .unknownWord(node: node.name, parameter: "padding", found: word, allowed: "same, valid")
            }
            if word == "same" {
                guard stride.allSatisfy({ $0 == 1 }) else {
                    throw .outOfRange(
                        node: node.name, parameter: "stride", index: "", value: Double(stride.max() ?? 0),
                        allowed: "1 with padding 'same'")
                }
                for axis in 0..<axes {
                    let total = dilation[axis] * (kernel[axis] - 1)
                    before[axis] = total / 2
                    after[axis] = total - total / 2
                }
            }
        } else {
            before = try node.integers("padding", count: axes, in: 0...4096)
            after = before
        }
        let flat = axes == 1
        self.kernel = flat ? [1] + kernel : kernel
        self.stride = flat ? [1] + stride : stride
        self.before = flat ? [0] + before : before
        self.after = flat ? [0] + after : after
        let steps = dilation.isEmpty ? [Int](repeating: 1, count: axes) : dilation
        self.dilation = flat ? [1] + steps : steps
    }

    /// Places along both axes that the window takes over `size`; below 1 where it does not fit.
    func results(over size: [Int]) -> [Int] {
        (0..<2).map { axis in
            let room = size[axis] + before[axis] + after[axis] - dilation[axis] * (kernel[axis] - 1) - 1
            return room < 0 ? 0 : room / stride[axis] + 1
        }
    }

    /// The place along `axis` that kernel entry `entry` of result `result` meets, or nil in the padding.
    func place(_ axis: Int, result: Int, entry: Int, of size: Int) -> Int? {
        let place = result * stride[axis] + entry * dilation[axis] - before[axis]
        return place >= 0 && place < size ? place : nil
    }
}

extension NIRKind {
    /// True for Conv1d and Conv2d.
    var isConvolution: Bool { self == .conv1d || self == .conv2d }
    /// True for SumPool2d and AvgPool2d.
    var isPool: Bool { self == .sumPool2d || self == .avgPool2d }
}

extension NIRNode {
    /// `count` whole numbers of parameter `name`; a single one stands for all.
    func integers(_ name: String, count: Int, in range: ClosedRange<Int>) throws(NIRError) -> [Int] {
        guard let tensor = parameters[name] else { throw .missingParameter(node: self.name, parameter: name) }
        guard tensor.values.count == 1 || tensor.values.count == count, tensor.shape.count <= 1 else {
            throw .parameterShape(node: self.name, parameter: name, found: tensor.shape, expected: [count])
        }
        let whole = Double(range.lowerBound)...Double(range.upperBound)
        if let wrong = tensor.values.firstIndex(where: { !whole.contains($0) || $0 != $0.rounded() }) {
            throw .outOfRange(
                node: self.name, parameter: name, index: tensor.indexText(wrong), value: tensor.values[wrong],
                allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        let values = tensor.values.map { Int($0) }
        return values.count == count ? values : [Int](repeating: values[0], count: count)
    }
}
