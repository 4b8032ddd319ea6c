import Glibc

/// All numbers of the recurrent network that training changes, in one row.
///
///     I  = αI + W_in x + W_rec z
///     v  = βv(1 − z) + 3(1 − β)I      z = [v > 1]
///     y  = γy + 3(1 − γ)(W_out z + b)
///
/// α, β, γ are sigmoids of what is stored, one a neuron or an output.
public struct RecurrentParameters: Hashable, Sendable {
    public let inputs: Int
    public let hidden: Int
    public let outputs: Int
    /// W_in (inputs × hidden), W_rec (from × to), W_out (outputs × hidden), b, then the logits of α, β, γ.
    public var values: [Float]

    /// Where each part begins.
    var recurrentStart: Int { inputs * hidden }
    var outputStart: Int { recurrentStart + hidden * hidden }
    var biasStart: Int { outputStart + outputs * hidden }
    var alphaStart: Int { biasStart + outputs }
    var betaStart: Int { alphaStart + hidden }
    var gammaStart: Int { betaStart + hidden }

    /// Zeros.
    init(inputs: Int, hidden: Int, outputs: Int) {
        (self.inputs, self.hidden, self.outputs) = (inputs, hidden, outputs)
        values = []
        values = [Float](repeating: 0, count: gammaStart + outputs)
    }

    /// Drawn at random: W_in ~ N(0, 0.15), W_rec ~ N(0, 0.1/√hidden), W_out and b uniform within 1/√hidden; α, β, γ
    /// sigmoids of 0.5, 1.5, 0.8.
    init(inputs: Int, hidden: Int, outputs: Int, from stream: inout SeededStream) {
        self.init(inputs: inputs, hidden: hidden, outputs: outputs)
        let root = Double(hidden).squareRoot()
        for index in 0..<recurrentStart { values[index] = Float(0.15 * stream.normal()) }
        for index in recurrentStart..<outputStart { values[index] = Float(0.1 / root * stream.normal()) }
        for index in outputStart..<alphaStart { values[index] = Float((2 * stream.uniform() - 1) / root) }
        for index in alphaStart..<betaStart { values[index] = 0.5 }
        for index in betaStart..<gammaStart { values[index] = 1.5 }
        for index in gammaStart..<values.count { values[index] = 0.8 }
    }

    /// α, one a neuron.
    public var alpha: [Float] { values[alphaStart..<betaStart].map(sigmoid) }
    /// β, one a neuron.
    public var beta: [Float] { values[betaStart..<gammaStart].map(sigmoid) }
    /// γ, one an output.
    public var gamma: [Float] { values[gammaStart...].map(sigmoid) }
}

/// 1 / (1 + e⁻ˣ).
func sigmoid(_ x: Float) -> Float { 1 / (1 + expf(-x)) }
