/// The gradient of the loss by backpropagation through time.
///
/// The loss: mean squared error over the last `scored` steps, plus `penalty · max(0, mean rate − resting)` over all.
/// The slope of a spike is the surrogate 1/(1 + 10|v − 1|)²; the reset is part of the chain.
final class RecurrentGradient {
    private let pass: RecurrentPass
    private let scored: Int
    private let spikeGradient: FloatRow
    private let membraneGradient: FloatRow
    private let currentGradient: FloatRow
    private let outputGradient: FloatRow
    private let weights: FloatRow
    private let alphaGradient: FloatRow
    private let betaGradient: FloatRow
    private let outputWeightGradient: FloatRow

    /// Room for the gradients of `pass`.
    init(_ pass: RecurrentPass, scored: Int) {
        self.pass = pass
        self.scored = scored
        let shape = pass.parameters, slab = pass.windows * shape.hidden
        (spikeGradient, membraneGradient) = (FloatRow(slab), FloatRow(slab))
        currentGradient = FloatRow(slab * pass.steps)
        outputGradient = FloatRow(pass.windows * shape.outputs)
        weights = FloatRow((shape.inputs + shape.hidden) * shape.hidden)
        (alphaGradient, betaGradient) = (FloatRow(shape.hidden), FloatRow(shape.hidden))
        outputWeightGradient = FloatRow(shape.outputs * shape.hidden)
    }

    /// Forward and backward; the loss, and the gradient into `gradient`, which has the parameters' layout.
    func loss(
        _ now: RecurrentParameters, target: FloatRow, penalty: Float, resting: Float, into gradient: inout [Float]
    ) -> Float {
        let rate = pass.forward(now)
        let cells = Float(pass.windows * pass.steps * now.hidden)
        let push = rate > resting ? penalty / cells : 0
        var sums = Readout(
            error: 0, bias: [Float](repeating: 0, count: now.outputs), gamma: [Float](repeating: 0, count: now.outputs))
        for row in [membraneGradient, outputGradient, alphaGradient, betaGradient, outputWeightGradient] { row.clear() }
        for step in (0..<pass.steps).reversed() {
            unsafe spikeGradient.base.update(repeating: push, count: spikeGradient.count)
            addReadout(step, now, target, &sums)
            addStep(step, now)
        }
        collect(now, sums, into: &gradient)
        let count = Float(scored * pass.windows * now.outputs)
        return sums.error / count + penalty * max(0, rate - resting)
    }

    private struct Readout {
        var error: Float
        var bias: [Float]
        var gamma: [Float]
    }

    /// The output layer at `step`: its own gradients, and what it passes to the spikes.
    private func addReadout(_ step: Int, _ now: RecurrentParameters, _ target: FloatRow, _ sums: inout Readout) {
        let (windows, outputs, hidden, gammas) = (pass.windows, now.outputs, now.hidden, now.gamma)
        let scale = 2 / Float(scored * windows * outputs)
        for window in 0..<windows {
            for index in 0..<outputs {
                let place = (step * windows + window) * outputs + index
                let gamma = gammas[index], own = window * outputs + index
                var slope = gamma * outputGradient[own]
                if step >= pass.steps - scored {
                    let error = pass.output[place] - target[place]
                    sums.error += error * error
                    slope += scale * error
                }
                outputGradient[own] = slope
                let before = step > 0 ? pass.output[place - windows * outputs] : 0
                let input = pass.drive(step, window, index) + now.values[now.biasStart + index]
                sums.gamma[index] += slope * (before - 3 * input)
                let share = 3 * (1 - gamma) * slope
                sums.bias[index] += share
                let row = (step * windows + window) * hidden
                var neuron = 0
                while neuron < hidden {
                    let weight = unsafe lane(pass.outputWeights.base, index * hidden + neuron)
                    unsafe add(share * weight, spikeGradient.base, window * hidden + neuron)
                    let fired = unsafe lane(pass.fired.base, row + neuron)
                    unsafe add(share * fired, outputWeightGradient.base, index * hidden + neuron)
                    neuron += 16
                }
            }
        }
    }

    /// The neurons at `step`; on entry the gradients of membrane and current are those of the step after.
    private func addStep(_ step: Int, _ now: RecurrentParameters) {
        let (hidden, slab) = (now.hidden, pass.windows * now.hidden)
        let at = step * slab, isLast = step == pass.steps - 1
        if !isLast {
            unsafe pass.addRecurrentGradient(of: currentGradient.base + at + slab, into: spikeGradient.base)
        }
        for window in 0..<pass.windows {
            var neuron = 0
            while neuron < hidden {
                let cell = window * hidden + neuron, here = at + cell
                let alpha = unsafe lane(pass.alpha.base, neuron), beta = unsafe lane(pass.beta.base, neuron)
                let v = unsafe lane(pass.membrane.base, here), z = unsafe lane(pass.fired.base, here)
                let later = unsafe lane(membraneGradient.base, cell)
                let slope = 1 + 10 * magnitude(v - 1)
                let dz = unsafe lane(spikeGradient.base, cell) - beta * v * later
                let dv = dz / (slope * slope) + beta * (1 - z) * later
                var di = 3 * (1 - beta) * dv
                if !isLast { di += unsafe alpha * lane(currentGradient.base, here + slab) }
                unsafe put(dv, membraneGradient.base, cell)
                unsafe put(di, currentGradient.base, here)
                var kept = unsafe -3 * lane(pass.current.base, here)
                if step > 0 {
                    let before = here - slab
                    kept += unsafe lane(pass.membrane.base, before) * (1 - lane(pass.fired.base, before))
                    unsafe add(di * lane(pass.current.base, before), alphaGradient.base, neuron)
                }
                unsafe add(dv * kept, betaGradient.base, neuron)
                neuron += 16
            }
        }
    }

    /// Weight gradients over all steps at once, and everything into the parameters' layout.
    private func collect(_ now: RecurrentParameters, _ sums: Readout, into gradient: inout [Float]) {
        let (hidden, slab) = (now.hidden, pass.windows * now.hidden)
        weights.clear()
        unsafe addProduct(
            KernelOperand(pass.x.base, rowStep: 1, innerStep: now.inputs), currentGradient.base, bStep: hidden,
            into: weights.base, cStep: hidden, rows: now.inputs, inner: pass.windows * pass.steps, columns: hidden)
        unsafe addProduct(
            KernelOperand(pass.fired.base, rowStep: 1, innerStep: hidden), currentGradient.base + slab, bStep: hidden,
            into: weights.base + now.recurrentStart, cStep: hidden, rows: hidden,
            inner: pass.windows * (pass.steps - 1), columns: hidden)
        let (alpha, beta, gamma) = (now.alpha, now.beta, now.gamma)
        for index in 0..<now.outputStart { gradient[index] = unsafe weights.base[index] }
        for index in 0..<(now.outputs * hidden) { gradient[now.outputStart + index] = outputWeightGradient[index] }
        for index in 0..<now.outputs {
            gradient[now.biasStart + index] = sums.bias[index]
            gradient[now.gammaStart + index] = sums.gamma[index] * gamma[index] * (1 - gamma[index])
        }
        for index in 0..<hidden {
            gradient[now.alphaStart + index] = alphaGradient[index] * alpha[index] * (1 - alpha[index])
            gradient[now.betaStart + index] = betaGradient[index] * beta[index] * (1 - beta[index])
        }
    }
}

@inline(__always)
private func add(_ value: Lane, _ base: UnsafeMutablePointer<Float>, _ index: Int) {
    unsafe put(lane(base, index) + value, base, index)
}
