import Campaigns
import Foundation
import Neuromorphic
import Testing
import VirtualLab

/// A short calibration, so that a debug build is quick.
private func short() -> VirtualReachCalibration {
    var calibration = VirtualReachCalibration()
    (calibration.units, calibration.seconds, calibration.taps) = (64, 60, 6)
    return calibration
}

@Test("Filters fitted to the virtual cortex reach its targets in closed loop")
func reachClosedLoop() throws {
    let calibration = short()
    for decoder in try calibration.decoders() {
        let score = try calibration.reach(by: decoder.network, seconds: 60)
        #expect(decoder.explained > 0.4, "\(decoder.name) \(decoder.explained)")
        #expect(score.targetsPerMinute > 15, "\(decoder.name) \(score.targetsPerMinute)")
        #expect(score.pathEfficiency > 0.4 && score.pathEfficiency <= 1)
    }
}

@Test("A decoder that knows nothing of the population reaches no target")
func reachByNothing() throws {
    let calibration = short()
    let nodes = [
        NIRNode(name: "counts", kind: .input, parameters: ["shape": Tensor([64])]),
        NIRNode(
            name: "nothing", kind: .linear,
            parameters: ["weight": Tensor(shape: [2, 64], values: [Double](repeating: 0, count: 128))]),
        NIRNode(name: "velocity", kind: .output, parameters: ["shape": Tensor([2])]),
    ]
    let edges = [NIREdge(from: "counts", to: "nothing"), NIREdge(from: "nothing", to: "velocity")]
    let score = try calibration.reach(by: try NIRGraph(nodes: nodes, edges: edges), seconds: 20)
    #expect(score.targets == 0 && score.missed == 5)
}

/// `ANSA_UPDATE=1` (Scripts/build-networks) writes the shipped file anew before it is compared.
@Test(
    "The network of Profiles/reach is what its writer makes, byte for byte",
    .enabled(if: isOptimised, "simulating five minutes takes as long in a build that is not optimised"))
func shippedReach() throws {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let shipped = package.appendingPathComponent("Profiles/reach/reach.nir")
    let made = FileManager.default.temporaryDirectory.appendingPathComponent("ansa \(UUID().uuidString).nir")
    defer { try? FileManager.default.removeItem(at: made) }
    try writeReachNetwork(to: made.path)
    if ProcessInfo.processInfo.environment["ANSA_UPDATE"] == "1" {
        try Data(contentsOf: made).write(to: shipped)
    }
    #expect(try Data(contentsOf: made) == Data(contentsOf: shipped))
}

private let isOptimised: Bool = {
    #if DEBUG
        false
    #else
        true
    #endif
}()
