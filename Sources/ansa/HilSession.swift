import Acquisition
import Campaigns
import Configuration
import Foundation
import Loop
import Signal
import VirtualLab

/// What surrounds the source of one session of a campaign.
struct SessionEmulation {
    let faults: EmulationFaults
    let signals: OperatorSignals
    let person: OperatorSignals
    let stops: [Int64]
    let returns: [Int64]

    /// `inner` with its faults, and with somebody who sits beside it.
    func source(_ inner: any Source) -> any Source {
        OperatedSource(
            faults.applied(to: inner), signals: signals, person: person, stops: stops, returns: returns)
    }
}

/// One session of one case, tier 0: the loop that `ansa run --pace max` runs, its guard, its virtual stimulator.
struct HilSession {
    let campaign: Campaign
    let entry: CampaignCase
    let profile: String
    let seed: UInt64
    let folder: String
    let person: OperatorSignals

    /// Runs it and reads back what came of it; a replay where the case asks for one.
    func run() async throws(Failure) -> CampaignTrace {
        var arguments = ParsedArguments(path: "ansa hil")
        arguments.add(profile, to: Argument("profile", help: ""))
        for (name, value) in [
            ("pace", "max"), ("seed", "\(seed)"), ("session", folder), ("monitor", "none"),
            ("seconds", "\(Double(entry.duration) * 1e-6)"),
        ] {
            arguments.set(Option(name, .text, help: ""), to: value)
        }
        let inputs = try RunInputs(profile: profile)
        let rate = Double(inputs.device.rateNumerator) / Double(inputs.device.rateDenominator)
        let signals = OperatorSignals()
        let times = { (action: CampaignStep.Action) in entry.steps.filter { $0.action == action }.map(\.time) }
        let emulation = SessionEmulation(
            faults: EmulationFaults(entry, seed: seed, rate: rate), signals: signals, person: person,
            stops: times(.stop), returns: times(.acknowledge))
        let session = try RunSession(emulating: emulation, arguments, arms: entry.arms)
        let (code, outcome) = try await session.run(under: signals)
        let alarms = outcome.alarms.keys.reduce(into: InterlockSet()) { $0.formUnion(InterlockSet(bit: $1)) }
        do {
            var trace = try CampaignTrace(
                folder: folder, block: session.plan.block / 1_000, exitCode: code, alarms: alarms)
            if entry.expectations.contains(where: { $0.subject == .replay }) {
                let replayed = try await Loop.replay(folder, setup: session.setup, arms: entry.arms)
                trace.divergence = replayed.divergence.map { "\($0)" }
            }
            return trace
        } catch { throw Failure("\(folder): \(error)", code: ExitCode.failed) }
    }
}
