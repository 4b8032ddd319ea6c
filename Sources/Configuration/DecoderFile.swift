/// What stands beside a calibrated network: where it came from and how it is to be run.
///
/// Written by `ansa decoder calibrate`, read by `ansa decoder evaluate`.
public struct DecoderFile: Hashable, Sendable {
    /// `recurrent-spiking`.
    public var kind: String
    /// File name beside this one.
    public var network: String
    /// BLAKE2b-256 of the network's file and of the data it was fitted to, as 64 hexadecimal digits.
    public var networkHash: String
    public var dataHash: String
    public var seed: UInt64
    public var epochs: Int64
    public var bestEpoch: Int64
    /// A step of the network.
    public var binNanoseconds: Int64
    /// `euler/current-first/zero`.
    public var scheme: String
    public var inputs: Int64
    /// Score on the validation part, in millionths; 0 where it was below 0.
    public var validationMillionths: Int64

    /// All that is written.
    public init(
        kind: String, network: String, networkHash: String, dataHash: String, seed: UInt64, epochs: Int64,
        bestEpoch: Int64, binNanoseconds: Int64, scheme: String, inputs: Int64, validationMillionths: Int64
    ) {
        (self.kind, self.network, self.networkHash, self.dataHash) = (kind, network, networkHash, dataHash)
        (self.seed, self.epochs, self.bestEpoch, self.binNanoseconds) = (seed, epochs, bestEpoch, binNanoseconds)
        (self.scheme, self.inputs, self.validationMillionths) = (scheme, inputs, max(0, validationMillionths))
    }

    /// The file's text.
    public var text: String {
        let digits = String(validationMillionths % 1_000_000)
        let fraction = String(repeating: "0", count: 6 - digits.count) + digits
        return """
            schema: ansa.decoder/1
            kind: \(kind)
            network: \(network)
            network_hash: \(networkHash)
            data_hash: \(dataHash)
            seed: \(seed)
            epochs: \(epochs)
            best_epoch: \(bestEpoch)
            bin: \(binNanoseconds / 1_000) us
            scheme: \(scheme)
            inputs: \(inputs)
            validation_r2: \(validationMillionths / 1_000_000).\(fraction)

            """
    }
}

/// The decoder file that `bytes` hold.
///
/// - Throws: every problem of the file at once.
public func loadDecoderFile(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> DecoderFile {
    let findings = Findings(file: file, letter: "N")
    let root = Fields(try YAMLLoader.load(bytes, file: file, letter: "N"), path: "", findings: findings)
    root.schema("ansa.decoder/1")
    let found = DecoderFile(
        kind: root.choice("kind", [("recurrent-spiking", "recurrent-spiking")]) ?? "",
        network: root.word("network").text, networkHash: root.word("network_hash").text,
        dataHash: root.word("data_hash").text,
        seed: UInt64(max(0, root.number("seed", in: 0...Int64.max).value)),
        epochs: root.number("epochs", in: 1...1_000_000).value,
        bestEpoch: root.number("best_epoch", in: 1...1_000_000).value,
        binNanoseconds: root.quantity("bin", .time, in: 1...10_000_000).value * 1_000,
        scheme: root.word("scheme").text, inputs: root.number("inputs", in: 1...1_000_000).value,
        validationMillionths: root.number("validation_r2", factor: 1_000_000, in: 0...1_000_000).value)
    root.finish()
    _ = try findings.warningsOrThrow()
    return found
}
