/// A network ready to step, on one of two back ends.
///
///     let chip = try ChipNetwork(graph: graph, backend: .loihiFixed, dt: 0.001)
///     chip.step(input: counts, output: values)
///
/// The fixed-point chip takes one step per synapse: its outputs come one step later for each layer than the float
/// back end's. A network belongs to one thread at a time.
@safe public final class ChipNetwork: @unchecked Sendable {
    /// `float`: NIR's equations in double precision.
    ///
    /// `loihiFixed`: Loihi's integers, after quantisation.
    public enum Backend: String, CaseIterable, Hashable, Sendable {
        case float
        case loihiFixed = "loihi-fixed"
    }

    public let backend: Backend
    /// Seconds per step.
    public let dt: Double
    public let scheme: Scheme
    /// Values that a step takes.
    public let inputCount: Int
    /// Values that a step gives.
    public let outputCount: Int
    /// Neurons that fire or integrate.
    public let neuronCount: Int
    /// What quantisation did; nil on the float back end.
    public let quantisation: QuantisationReport?
    private let float: FloatNetwork?
    private let fixed: FixedNetwork?

    /// Maps `graph` at `dt` seconds per step.
    ///
    /// Throws where the back end cannot run a node.
    public init(graph: NIRGraph, backend: Backend, dt: Double, scheme: Scheme = Scheme()) throws(NIRError) {
        guard dt >= 1e-9, dt.isFinite else {
            throw .outOfRange(node: "network", parameter: "dt", index: "", value: dt, allowed: "1 ns and above")
        }
        if backend != .float || scheme.integration != .exact { try NeuronConstants.checkStep(graph, dt: dt) }
        self.backend = backend
        self.dt = dt
        self.scheme = scheme
        inputCount = graph.inputCount
        outputCount = graph.outputCount
        switch backend {
        case .float:
            let network = try FloatNetwork(graph: graph, dt: dt, scheme: scheme)
            (float, fixed, quantisation) = (network, nil, nil)
            neuronCount = network.neuronCount
        case .loihiFixed:
            let plan = try Quantisation.plan(graph, dt: dt, scheme: scheme)
            let network = FixedNetwork(plan: plan, inputCount: graph.inputCount)
            (float, fixed, quantisation) = (nil, network, plan.report)
            neuronCount = network.neuronCount
        }
    }

    /// One step: `inputCount` values in, `outputCount` values out.
    ///
    /// Allocates nothing.
    ///
    /// On the fixed-point chip inputs are rounded to whole payloads; an output is 1 for a spike, or a readout's
    /// membrane in the graph's own unit.
    public func step(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
        unsafe float?.step(input: input, output: output)
        unsafe fixed?.step(input: input, output: output)
    }

    /// One step in double precision, otherwise as the one in single precision.
    public func step(input: UnsafePointer<Double>, output: UnsafeMutablePointer<Double>) {
        unsafe float?.step(input: input, output: output)
        unsafe fixed?.step(input: input, output: output)
    }

    /// The values of a node after the last step: `name`, `name#v` (membrane) or `name#I` (current), or nil where the
    /// back end has no such values.
    ///
    /// On the fixed-point chip only nodes with state have values, membranes in graph units, and no currents.
    public func values(of name: String) -> [Double]? { float?.values(of: name) ?? fixed?.values(of: name) }

    /// Back to the state of a new network, counters included.
    public func reset() {
        float?.reset()
        fixed?.reset()
    }

    /// What was spent since the last reset.
    public var operations: Operations { float?.operations ?? fixed?.operations ?? Operations() }

    /// True if neuron `index`, counted over firing nodes in the graph's order, fired in the last step.
    public func fired(_ index: Int) -> Bool { float?.fired(index) ?? fixed?.fired(index) ?? false }

    /// Neurons that can fire; indices of ``fired(_:)``.
    public var firingCount: Int { float?.firingCount ?? fixed?.firingCount ?? 0 }
}
