extension Command {
    /// `ansa decoder`.
    static let decoder = Command(
        name: "decoder",
        overview: "Shows, runs, compares and converts networks, and fits and scores decoders.",
        subcommands: [
            decoderInfo, decoderSimulate, decoderCompare, decoderConvert, decoderCalibrate, decoderEvaluate,
            decoderAdapt, decoderDynamics, decoderRollback,
        ])
}

extension Argument {
    /// The network that the commands of `ansa decoder` work on.
    static let network = Argument("network", help: "A network file, '*.nir'.")
}
