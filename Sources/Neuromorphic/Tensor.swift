/// A parameter of a node: a shape and its values in C order.
public struct Tensor: Hashable, Sendable {
    /// Extents, slowest first; empty for a scalar.
    public var shape: [Int]
    /// `shape`'s product of values.
    public var values: [Double]

    /// A tensor of `shape`; the number of values must match.
    public init(shape: [Int], values: [Double]) {
        precondition(shape.reduce(1, *) == values.count)
        self.shape = shape
        self.values = values
    }

    /// A vector of `values`.
    public init(_ values: [Double]) { self.init(shape: [values.count], values: values) }

    /// One entry's index in brackets, as messages print it: `[1,0]`.
    func indexText(_ flat: Int) -> String {
        var rest = flat
        var parts: [String] = []
        for extent in shape.reversed() {
            parts.append(String(rest % max(1, extent)))
            rest /= max(1, extent)
        }
        return parts.isEmpty ? "" : "[" + parts.reversed().joined(separator: ",") + "]"
    }
}

/// A shape as messages print it: `[2,34,34]`; −1 stands for any extent and is printed as `?`.
package func shapeText(_ shape: [Int]) -> String {
    "[" + shape.map { $0 < 0 ? "?" : String($0) }.joined(separator: ",") + "]"
}
