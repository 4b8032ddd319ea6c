/// How the recurrent spiking network is trained; the defaults are the frozen protocol.
///
/// Surrogate gradients: Neftci, Mostafa, Zenke 2019, IEEE Signal Process. Mag. 36:51. Adam: Kingma & Ba 2015.
public struct RecurrentSettings: Hashable, Sendable {
    /// Neurons, a multiple of 16.
    public var hidden = 128
    public var epochs = 80
    /// Weight of the mean rate above ``restingRate`` in the loss.
    public var ratePenalty: Float = 5
    /// Spikes a neuron and bin that cost nothing.
    public var restingRate: Float = 0.05
    /// Share of inputs that a training step does not see.
    public var dropout: Float = 0.3
    public var learningRate: Float = 2e-3
    public var weightDecay: Float = 1e-5
    /// Largest norm of a gradient.
    public var gradientNorm: Float = 1
    /// Windows a step.
    public var batch = 32
    /// Bins a window, of which the last ``scored`` count.
    public var window = 80
    public var scored = 60
    /// Bins between the starts of windows.
    public var stride = 30
    /// Bins before a scored part that only settle the state.
    public var warmUp = 60
    public var seed: UInt64 = 1

    /// The frozen protocol.
    public init() {}

    /// Says what is out of range.
    func check() throws(CalibrationError) {
        func require(_ holds: Bool, _ name: String, _ found: some CustomStringConvertible, _ allowed: String)
            throws(CalibrationError)
        {
            guard holds else { throw .setting(name: name, found: "\(found)", allowed: allowed) }
        }
        try require(hidden > 0 && hidden % 16 == 0 && hidden <= 4096, "hidden", hidden, "multiples of 16 up to 4096")
        try require((1...10_000).contains(epochs), "epochs", epochs, "1 to 10000")
        try require((0..<1).contains(dropout), "dropout", dropout, "0 to below 1")
        try require((1...4096).contains(batch), "batch", batch, "1 to 4096")
        try require((1...window).contains(scored), "scored", scored, "1 to the window's \(window) bins")
        try require((1...10_000).contains(stride), "stride", stride, "1 to 10000")
        try require((1...10_000).contains(window), "window", window, "1 to 10000")
    }
}
