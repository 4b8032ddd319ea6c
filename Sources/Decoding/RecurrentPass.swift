/// One batch of windows through the network, forwards and backwards in time.
///
/// ### Implementation Notes
///
/// Everything stands step after step, in a step window after window, in a window neuron after neuron. Products run over
/// all steps at once where nothing recurs (input, weight gradients), step by step where it does. One thread, a fixed
/// order of additions: the same parameters and windows give the same bits on one kind of machine.
final class RecurrentPass {
    /// What a neuron gives: 1 above threshold with the surrogate's slope for training, or the function that has this
    /// slope, so that gradients can be held against differences.
    enum Spike { case hard, smooth }

    let windows: Int
    let steps: Int
    let parameters: RecurrentParameters
    let spike: Spike
    /// Inputs, currents, membranes, spikes, outputs.
    let x: FloatRow
    let current: FloatRow
    let membrane: FloatRow
    let fired: FloatRow
    let output: FloatRow
    /// W_in and W_rec as (from × to), W_rec also as (to × from).
    private let inputWeights: FloatRow
    private let recurrentWeights: FloatRow
    private let recurrentBack: FloatRow
    let outputWeights: FloatRow
    let alpha: FloatRow
    let beta: FloatRow

    /// Room for `windows` windows of `steps` steps of a network of `shape`.
    init(windows: Int, steps: Int, shape: RecurrentParameters, spike: Spike = .hard) {
        (self.windows, self.steps, parameters, self.spike) = (windows, steps, shape, spike)
        let (hidden, cells) = (shape.hidden, windows * steps * shape.hidden)
        x = FloatRow(windows * steps * shape.inputs)
        (current, membrane, fired) = (FloatRow(cells), FloatRow(cells), FloatRow(cells))
        output = FloatRow(windows * steps * shape.outputs)
        inputWeights = FloatRow(shape.inputs * hidden)
        (recurrentWeights, recurrentBack) = (FloatRow(hidden * hidden), FloatRow(hidden * hidden))
        outputWeights = FloatRow(shape.outputs * hidden)
        (alpha, beta) = (FloatRow(hidden), FloatRow(hidden))
    }

    private var hidden: Int { parameters.hidden }
    /// Values of one step of all windows.
    private var slab: Int { windows * parameters.hidden }

    /// Takes the weights of `now`.
    private func take(_ now: RecurrentParameters) {
        inputWeights.fill(now.values[..<now.recurrentStart])
        recurrentWeights.fill(now.values[now.recurrentStart..<now.outputStart])
        outputWeights.fill(now.values[now.outputStart..<now.biasStart])
        alpha.fill(now.alpha[...])
        beta.fill(now.beta[...])
        for from in 0..<hidden {
            for to in 0..<hidden {
                unsafe recurrentBack.base[to * hidden + from] = unsafe recurrentWeights.base[from * hidden + to]
            }
        }
    }

    /// Runs all windows from rest; the mean of all spikes.
    @discardableResult
    func forward(_ now: RecurrentParameters) -> Float {
        take(now)
        current.clear()
        unsafe addProduct(
            KernelOperand(x.base, rowStep: now.inputs, innerStep: 1), inputWeights.base, bStep: hidden,
            into: current.base, cStep: hidden, rows: windows * steps, inner: now.inputs, columns: hidden)
        var total: Float = 0
        for step in 0..<steps { total += advance(step) }
        integrate(now)
        return total / Float(steps * slab)
    }

    /// One step of all neurons; the sum of their spikes.
    private func advance(_ step: Int) -> Float {
        let at = step * slab
        if step > 0 {
            unsafe addProduct(
                KernelOperand(fired.base + at - slab, rowStep: hidden, innerStep: 1), recurrentWeights.base,
                bStep: hidden, into: current.base + at, cStep: hidden, rows: windows, inner: hidden, columns: hidden)
        }
        var total = Lane()
        for window in 0..<windows {
            let row = at + window * hidden
            var neuron = 0
            while neuron < hidden {
                let here = row + neuron
                let b = unsafe lane(beta.base, neuron)
                var i = unsafe lane(current.base, here)
                var v = Lane()
                if step > 0 {
                    i += unsafe lane(alpha.base, neuron) * lane(current.base, here - slab)
                    v = unsafe b * lane(membrane.base, here - slab) * (1 - lane(fired.base, here - slab))
                }
                v += 3 * (1 - b) * i
                let z = spikes(v - 1)
                unsafe put(i, current.base, here)
                unsafe put(v, membrane.base, here)
                unsafe put(z, fired.base, here)
                total += z
                neuron += 16
            }
        }
        return total.sum()
    }

    @inline(__always)
    private func spikes(_ u: Lane) -> Lane {
        switch spike {
        case .hard: Lane(repeating: 0).replacing(with: Lane(repeating: 1), where: u .> 0)
        case .smooth: u / (1 + 10 * magnitude(u)) + 0.1
        }
    }

    /// The readout, which does not recur into the network.
    private func integrate(_ now: RecurrentParameters) {
        let (outputs, gamma) = (now.outputs, now.gamma)
        for step in 0..<steps {
            for window in 0..<windows {
                let place = (step * windows + window) * outputs
                for index in 0..<outputs {
                    let input = drive(step, window, index) + now.values[now.biasStart + index]
                    let before = step > 0 ? output[place - windows * outputs + index] : 0
                    output[place + index] = gamma[index] * before + 3 * (1 - gamma[index]) * input
                }
            }
        }
    }

    /// W_out z of one output.
    func drive(_ step: Int, _ window: Int, _ index: Int) -> Float {
        let row = (step * windows + window) * hidden
        var sum = Lane()
        var neuron = 0
        while neuron < hidden {
            sum += unsafe lane(outputWeights.base, index * hidden + neuron) * lane(fired.base, row + neuron)
            neuron += 16
        }
        return sum.sum()
    }

    /// Adds W_recᵀ times the next step's current gradients to the spikes' gradients of one step.
    func addRecurrentGradient(of next: UnsafePointer<Float>, into slabGradient: UnsafeMutablePointer<Float>) {
        unsafe addProduct(
            KernelOperand(next, rowStep: hidden, innerStep: 1), recurrentBack.base, bStep: hidden,
            into: slabGradient, cStep: hidden, rows: windows, inner: hidden, columns: hidden)
    }
}

/// |u|, lane by lane.
@inline(__always)
func magnitude(_ u: Lane) -> Lane { u.replacing(with: -u, where: u .< 0) }
