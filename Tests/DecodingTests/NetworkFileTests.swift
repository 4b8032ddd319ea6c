import Decoding
import Foundation
import Neuromorphic
import Testing

@Suite struct NetworkFileTests {
    static let python = Synthetic.package + "/.oracles/bin/python3"
    static let mustRun = ProcessInfo.processInfo.environment["ANSA_REQUIRE_DATA"] == "1"
    static let hasOracle = mustRun || FileManager.default.isExecutableFile(atPath: python)

    /// `ANSA_UPDATE=1` (Scripts/build-networks) writes the shipped files anew before they are compared.
    static let updates = ProcessInfo.processInfo.environment["ANSA_UPDATE"] == "1"

    @Test(
        "The shipped network is what its writer makes, byte for byte",
        arguments: ["adaptive-dbs", "grip-force", "continuous-dbs"])
    func shipped(_ profile: String) throws {
        let path = Synthetic.temporaryPath("beta-burst.nir")
        try writeBetaBurstNetwork(to: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        if Self.updates { try writeBetaBurstNetwork(to: Synthetic.package + "/Profiles/\(profile)/beta-burst.nir") }
        #expect(try Synthetic.bytes(path) == Synthetic.bytes(Synthetic.package + "/Profiles/\(profile)/beta-burst.nir"))
    }

    @Test("The shipped network fits the fixed-point chip: 89 neurons, every error below 2 %")
    func quantised() throws {
        let chip = try ChipNetwork(graph: BetaBurstNetwork.graph(), backend: .loihiFixed, dt: 0.001)
        let report = try #require(chip.quantisation)
        #expect(chip.neuronCount == 89 && chip.firingCount == 88)
        #expect(report.largestError < 0.02, "\(report)")
        #expect(report.populations[0].weightError == 0 && report.populations[1].weightError == 0)
    }

    /// The independent reader: neuromorphs' own `nir` package.
    @Test(
        "The Python package nir reads the shipped network and finds its six nodes",
        .enabled(if: hasOracle, "needs the Python oracles"))
    func oracle() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.python)
        process.arguments = [
            "-c",
            "import nir, sys; g = nir.read(sys.argv[1]); p = g.nodes['population']; "
                + "print(len(g.nodes), len(g.edges), type(p).__name__, p.tau_syn.shape[0], float(p.w_in[0]))",
            Synthetic.package + "/Profiles/adaptive-dbs/beta-burst.nir",
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(text == "6 5 CubaLIF 88 40.0\n")
    }
}
