internal import Foundation
internal import Neuromorphic

/// Measures the chip beside its C twins and, where `python` has them, beside Brian2 and NEST.
///
/// - Parameters:
///   - python: An interpreter that may have the peers; nil: none is asked.
///   - slices: How often each pair is timed in turns.
///   - progress: Told what is being measured.
/// - Returns: every figure, with its spread.
/// - Throws: where a network of this benchmark cannot be run, which would be a fault of it.
public func neuromorphicBenchmark(
    python: String?, slices: Int = 31, progress: (String) -> Void
) throws -> NeuromorphicMeasurement {
    progress("fixed-point neurons and events beside C")
    let neurons = fixedNeuronMeasurement(slices: slices)
    let events = fixedEventMeasurement(slices: slices)
    progress("1,000 recurrent neurons beside C")
    let duel = try RecurrentDuel()
    let recurrent = TwinMeasurement(
        work: 1_000, slices: slices, ours: duel.ours, twin: duel.plainC, isEqual: { duel.isEqual })
    let other = try RecurrentDuel()
    let single = TwinMeasurement(
        work: 1_000, slices: slices, ours: other.ours, twin: other.plainSingleC, isEqual: { true })
    progress("96 → 64 → 2, step by step")
    var steps: [String: DurationSpread] = [:]
    for backend in ChipNetwork.Backend.allCases {
        steps[backend.rawValue] = try decodeStepMeasurement(backend, steps: 200_000)
    }
    var peers: [String: Double] = [:]
    peers["Ansa, double precision"] = 1 / recurrent.millionPerSecond
    peers["plain C, double precision"] = 1 / recurrent.twinMillionPerSecond
    peers["plain C, single precision"] = 1 / single.twinMillionPerSecond
    if let python {
        for peer in NeuromorphicPeer.allCases {
            progress("\(peer.name), where it is installed")
            peers[peer.name] = peer.secondsPerSecond(python: python)
        }
    }
    return NeuromorphicMeasurement(
        fixedNeurons: neurons, fixedEvents: events, recurrent: recurrent, recurrentOverSingle: single.ratio,
        decodeStep: steps, clockFloor: stepHistogram(200_000) { _ in }, peers: peers)
}

/// A simulator that a person may have, asked for the same kind of network.
///
/// 1,000 neurons, a tenth joined, 1 ms, a rate of a few Hz. Networks are close, not identical: magnitudes can be
/// compared.
enum NeuromorphicPeer: CaseIterable {
    case brianStandalone, brianCython, brianNumPy, nest

    var name: String {
        switch self {
        case .brianStandalone: "Brian2, C++ standalone"
        case .brianCython: "Brian2, Cython"
        case .brianNumPy: "Brian2, NumPy"
        case .nest: "NEST"
        }
    }

    /// Wall seconds a second of biology, compiling and building not counted; nil where it is not installed.
    func secondsPerSecond(python: String) -> Double? {
        let process = Process()
        let answer = Pipe()
        process.executableURL = URL(filePath: python)
        process.arguments = ["-c", self == .nest ? Self.nestProgram : Self.brianProgram, mode]
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"]) { $1 }
        process.standardOutput = answer
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let text = String(decoding: answer.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let last = text.split(separator: "\n").last { $0.hasPrefix("seconds ") }
        return process.terminationStatus == 0 ? last.flatMap { Double($0.dropFirst(8)) } : nil
    }

    private var mode: String {
        switch self {
        case .brianStandalone: "standalone"
        case .brianCython: "cython"
        case .brianNumPy, .nest: "numpy"
        }
    }

    private static let brianProgram = """
        import sys, tempfile, time
        from brian2 import *
        mode = sys.argv[1]
        if mode == "standalone":
            set_device("cpp_standalone", build_on_run=False, directory=tempfile.mkdtemp())
        else:
            prefs.codegen.target = mode
        defaultclock.dt = 1*ms
        seed(3)
        cells = NeuronGroup(1000, "dv/dt = (-v + 0.8 + 0.9*randn_held) / (20*ms) : 1\\nrandn_held : 1",
                            threshold="v > 1", reset="v = 0", method="euler")
        cells.run_regularly("randn_held = randn()", dt=1*ms)
        excite = Synapses(cells, cells, on_pre="v_post += 0.0006")
        excite.connect(condition="i != j and i % 5 != 4", p=0.1)
        inhibit = Synapses(cells, cells, on_pre="v_post -= 0.0024")
        inhibit.connect(condition="i != j and i % 5 == 4", p=0.1)
        if mode == "standalone":
            run(20*second)
            device.build(compile=True, run=True)
            print("seconds", device._last_run_time / 20)
        else:
            run(100*ms)
            start = time.perf_counter()
            run(2*second)
            print("seconds", (time.perf_counter() - start) / 2)
        """

    private static let nestProgram = """
        import time
        import nest
        nest.set_verbosity("M_ERROR")
        nest.local_num_threads = 1
        nest.resolution = 1.0
        cells = nest.Create("iaf_psc_delta", 1000, {"tau_m": 20.0, "V_th": 1.0, "V_reset": 0.0, "E_L": 0.0,
                            "C_m": 1.0, "t_ref": 1.0, "I_e": 0.04, "V_m": 0.0})
        noise = nest.Create("noise_generator", params={"std": 0.045, "dt": 1.0})
        nest.Connect(noise, cells)
        rule = {"rule": "pairwise_bernoulli", "p": 0.1, "allow_autapses": False}
        nest.Connect(cells[:800], cells, rule, {"weight": 0.0006, "delay": 1.0})
        nest.Connect(cells[800:], cells, rule, {"weight": -0.0024, "delay": 1.0})
        nest.Simulate(100.0)
        start = time.perf_counter()
        nest.Simulate(2000.0)
        print("seconds", (time.perf_counter() - start) / 2)
        """
}
