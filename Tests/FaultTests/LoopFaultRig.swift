import Acquisition
import CLinux
import Configuration
import Decoding
import Foundation
import Interlocks
import Sessions
import Signal
import Stimulation
import Testing
import VirtualLab

@testable import Loop

/// One armed run of `adaptive-dbs`, or of `bilateral-dbs`, in virtual time with a fault in it: the real loop, guard and
/// virtual stimulator, a source or a decoder that fails, and a journal that is replayed and compared afterwards.
struct LoopFaultRig {
    struct Failure: Error, CustomStringConvertible { let description: String }

    var faults: [SignalFault] = []
    var seconds: Int64 = 10
    /// `bilateral-dbs` on its two-sided patient.
    var isBilateral = false
    var seed: UInt64 = 20_240_101
    /// Text of the limits file that is replaced before it is signed anew with the demonstration keys.
    var limitsText: [(String, String)] = []
    var parameters = PatientParameters()
    var wrapDecoder: (@Sendable (any Decoder) -> any Decoder)?
    var tune: (inout LoopSetup, inout LoopPlan) -> Void = { _, _ in }
    var signals = OperatorSignals()
    /// Words for the virtual stimulator: its faults.
    var stimulator: [String] = []
    /// The driver floods from this sample on.
    var flood: Int64?
    var journalFailed: @Sendable () -> Bool = { false }
    /// False: the loop takes its source for a device, which asks for real-time priority.
    var isVirtual = true

    /// The signed way on instead of a ramp-off.
    static let baseline = [("on_sensor_loss: ramp-off", "on_sensor_loss: open-loop-baseline")]

    /// A run that a busy machine has latched (ten seconds without a token, in virtual time) is thrown away.
    func run() async throws -> LoopFaultRun {
        var last = ""
        for _ in 0..<3 {
            let run = try await once()
            let latch = InterlockSet(rawValue: run.outcome.last.latch)
            guard stimulator.isEmpty, !latch.isEmpty, latch.isSubset(of: [.tokenStale, .leaseExpired]) else {
                return run
            }
            last = "\(run.modes), latch \(latch.rawValue) at \(run.outcome.last.time / 1_000) us"
            try FileManager.default.removeItem(atPath: run.folder)
        }
        throw Failure(description: "the machine has no time for a guard: \(last)")
    }

    private func once() async throws -> LoopFaultRun {
        let temporary = FileManager.default.temporaryDirectory
        let folder = temporary.appendingPathComponent("ansa loop \(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let name = isBilateral ? "Profiles/bilateral-dbs" : "Profiles/adaptive-dbs"
        let limitsName = name + (isBilateral ? "/stn-both.limits.yaml" : "/stn-left.limits.yaml")
        let profiles = Products.shipped(name)
        let devicePath = Products.shipped("Devices/virtual-patient\(isBilateral ? "-bilateral" : "").yaml")
        let limitsPath =
            limitsText.isEmpty
            ? Products.shipped(limitsName) : try SignedLimits.make(in: folder, replacing: limitsText, of: limitsName)
        let profile = try loadProfile(try readFile(profiles + "/profile.yaml"), file: "profile.yaml")
        let device = try loadDevice(try readFile(devicePath), file: "device.yaml")
        let entries = try loadLimits(try readFile(limitsPath), file: limitsPath)
        guard let stimulator = device.stimulator else { throw Failure(description: "no stimulator") }
        let patient = try VirtualPatient(
            montage: device.montage, frames: 10, seed: seed, sides: isBilateral ? 2 : 1, parameters: parameters)
        let faulty = FaultySource(patient, faults: faults)
        let source: any Source = flood.map { FloodingSource(faulty, from: $0) } ?? faulty
        var setup = LoopSetup(
            profile: profile, limits: try entries.limits(device: stimulator), pairNames: entries.pairIDs,
            amplitudeStep: stimulator.amplitudeStep, network: profiles + "/beta-burst.nir", format: source.format,
            montage: source.montage)
        setup.automaticReturn = AutomaticReturn(entries)
        setup.sensing = SensingRules(entries)
        setup.expectedMontage = device.montage
        setup.networkHash = Hash256(of: try readFile(profiles + "/beta-burst.nir", limit: 64 << 20))
        setup.loopNetworks = profile.loops.map { _ in
            LoopNetwork(path: profiles + "/beta-burst.nir", hash: setup.networkHash)
        }
        setup.wrapDecoder = wrapDecoder
        var plan = LoopPlan(format: source.format, decisionDeadline: 2_000_000, monitor: 100_000_000, pace: .max)
        plan.arms = true
        plan.ticks = seconds * 100
        tune(&setup, &plan)
        let session = folder + "/session"
        let (outcome, snapshots) = try await drive(
            setup, plan, source, session: session, limits: limitsPath, device: devicePath)
        var run = try LoopFaultRun(outcome, folder: folder, limits: limitsPath)
        while let snapshot = snapshots.pop() { run.snapshots.append(snapshot) }
        let replayed = try await Loop.replay(session, setup: setup, arms: true)
        run.divergence = replayed.divergence.map { "\($0)" }
        return run
    }

    private func drive(
        _ setup: LoopSetup, _ plan: LoopPlan, _ source: any Source, session: String, limits: String, device: String
    ) async throws -> (LoopOutcome, RigidRing<LoopSnapshot>) {
        let header = JournalHeader(
            inputs: [], format: source.format, montage: source.montage, seed: seed, instructionSet: "test",
            implementedInterlocks: InterlockSet.implemented.rawValue)
        let ring = ByteRing(capacity: 8 << 20)
        let writer = try JournalWriter(directory: session, ring: ring, sync: .milliseconds(250), header: header)
        try writer.start()
        let inlet = JournalInlet(ring: ring, blocking: true)
        let guarded = try spawnGuard(
            guardExecutable: Products.folder + "/ansa-guard",
            stimulatorExecutable: Products.folder + "/ansa-virtual-stimulator", limits: limits, device: device,
            state: session, record: session + "/stimulator.jsonl",
            stimulator: (isBilateral ? ["--serial", "VIRT-0002"] : []) + stimulator, virtual: true)
        defer { Self.reap(guarded) }
        let epoch = ansa_monotonic_nanoseconds()
        let words = Hash256(of: try readFile(limits)).words
        _ = try guarded.link.hello(
            GuardHello(
                session: Words32(1, 2, 3, 4), limitsHash: Words32(words.0, words.1, words.2, words.3), epoch: epoch,
                virtualTime: true, hasFIFO: false))
        let loop = LiveLoop(
            setup: setup, plan: plan, source: source, link: guarded.link, inlet: inlet, signals: signals,
            journalFailed: journalFailed)
        let outcome = try await loop.run(epoch: epoch, isVirtual: isVirtual)
        _ = try writer.finish(dropped: inlet.dropped)
        return (outcome, loop.snapshots)
    }

    private static func reap(_ guarded: GuardedProcesses) {
        guarded.link.close()
        for process in [guarded.guardPID, guarded.stimulatorPID] where process > 0 {
            var status: Int32 = 0
            for _ in 0..<500 where unsafe waitpid(process, &status, WNOHANG) == 0 { usleep(10_000) }
        }
    }
}

/// What a run with a fault came to, from its journal.
struct LoopFaultRun {
    let outcome: LoopOutcome
    let folder: String
    let limits: String
    /// In the order of the journal; times in µs since the session's start.
    private(set) var proposals: [(time: Int64, record: ProposalRecord)] = []
    private(set) var safety: [SafetyRecord] = []
    private(set) var blocks: [BlockRecord] = []
    /// The first sixteen that a watcher would have seen.
    var snapshots: [LoopSnapshot] = []
    /// What a replay of the journal found; nil: equal, bit for bit.
    var divergence: String?

    init(_ outcome: LoopOutcome, folder: String, limits: String) throws {
        (self.outcome, self.folder, self.limits) = (outcome, folder, limits)
        let reader = try JournalReader(folder + "/session")
        while let record = try reader.next() {
            switch record.kind {
            case .proposal:
                guard let proposal = ProposalRecord(payload: record.payload) else { continue }
                proposals.append(((record.tick + 1) * 10_000, proposal))
            case .recordedInput: if let input = SafetyRecord(payload: record.payload) { safety.append(input) }
            case .block: if let block = BlockRecord(payload: record.payload) { blocks.append(block) }
            default: break
            }
        }
    }

    /// The first refusal in the closed loop at or after `time` that names `interlock`: its time.
    func firstRefusal(_ interlock: InterlockSet, from time: Int64 = 0) -> Int64? {
        proposals.first { entry in
            entry.time >= time && entry.record.mode == Int64(Mode.closedLoop.rawValue)
                && !InterlockSet(rawValue: entry.record.broken).isDisjoint(with: interlock)
        }?.time
    }

    /// As ``firstRefusal(_:from:)``, by whichever of the two gates was first.
    func firstDenial(_ interlock: InterlockSet) -> Int64? {
        let second = safety.first { !InterlockSet(rawValue: $0.verdict).isDisjoint(with: interlock) }
        let times = [firstRefusal(interlock), second.map { $0.time / 1_000 }]
        return times.compactMap { $0 }.min()
    }

    /// Refusals in the closed loop from `time` on, of any interlock.
    func refusals(from time: Int64 = 0) -> InterlockSet {
        proposals.reduce(into: InterlockSet()) { set, entry in
            guard entry.time >= time, entry.record.mode == Int64(Mode.closedLoop.rawValue) else { return }
            set.formUnion(InterlockSet(rawValue: entry.record.broken))
        }
    }

    /// When the guard's reports first say `mode` at or after `time`, in µs.
    func first(_ mode: Mode, from time: Int64 = 0) -> Int64? {
        safety.first { $0.hasReport != 0 && $0.time / 1_000 >= time && $0.mode == Int64(mode.rawValue) }
            .map { $0.time / 1_000 }
    }

    /// Modes in order, each once for each time that it was entered.
    var modes: [Mode] {
        safety.filter { $0.hasReport != 0 }.compactMap { Mode(rawValue: UInt8($0.mode)) }
            .reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }

    /// Share of the proposals of the closed loop between two times that ask for pulses.
    func onTime(from start: Int64, to end: Int64) -> Double {
        let all = proposals.filter {
            $0.time >= start && $0.time < end && $0.record.mode == Int64(Mode.closedLoop.rawValue)
        }
        guard !all.isEmpty else { return 0 }
        return Double(all.count { $0.record.pulses > 0 && $0.record.broken == 0 }) / Double(all.count)
    }

    /// (a) the recorder finds nothing, (d) the journal replays bit for bit; then the folder is removed.
    func close(atLeast pulses: Int = 1, at location: SourceLocation = #_sourceLocation) throws {
        #expect(divergence == nil, sourceLocation: location)
        try Recorder.check(
            record: folder + "/session/stimulator.jsonl", limits: limits, atLeast: pulses, at: location)
        try FileManager.default.removeItem(atPath: folder)
    }
}
