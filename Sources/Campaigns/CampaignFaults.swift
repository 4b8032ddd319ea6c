import Acquisition
public import Configuration
public import VirtualLab

extension EmulationFaults {
    /// What a case of a campaign makes go wrong in the session with this seed, at `rate` samples a second.
    ///
    /// A random time is a function of the seed and of the fault's place in the case, so that a seed names a session.
    public init(_ entry: CampaignCase, seed: UInt64, rate: Double) {
        self.init()
        for (place, fault) in entry.faults.enumerated() {
            let salt = SplitMix64.mix(seed &+ 0x9E37_79B9_7F4A_7C15 &* UInt64(place + 1))
            for (index, time) in fault.schedule.times(seed: salt, until: entry.duration).enumerated() {
                let sample = Occurrence(time: time, rate: rate, seed: SplitMix64.mix(salt &+ UInt64(index)))
                add(fault, sample)
            }
        }
    }

    private struct Occurrence {
        let time: Int64
        let rate: Double
        let seed: UInt64

        /// The sample at `time`, by the nominal rate.
        var sample: Int64 { Int64((Double(time) * 1e-6 * rate).rounded(.down)) }

        func range(_ duration: Int64?) -> Range<Int64> {
            let count = max(1, Int64((Double(duration ?? 0) * 1e-6 * rate).rounded()))
            return sample..<sample + count
        }
    }

    private mutating func add(_ fault: CampaignFault, _ occurrence: Occurrence) {
        switch fault.kind {
        case .signal(.flood): flood = min(flood ?? .max, occurrence.sample)
        case .signal(let kind): signal.append(Self.signal(kind, fault, occurrence))
        case .stimulator(let kind):
            stimulator.append("\(occurrence.time) \(Self.words(kind, fault))")
        }
    }

    private static func signal(
        _ kind: CampaignFaultKind.SignalKind, _ fault: CampaignFault, _ place: Occurrence
    ) -> SignalFault {
        let range = place.range(fault.duration)
        switch kind {
        case .drop: return .missing(range)
        case .duplicate: return .repeated(place.sample)
        case .reorder: return .swapped(place.sample)
        case .delay: return .hostStep(place.sample, nanoseconds: (fault.delay ?? 0) * 1_000)
        case .jitter: return .jitter(range, nanoseconds: (fault.delay ?? 0) * 1_000, seed: place.seed)
        case .nan: return .replaced(range, channel: fault.channel, by: .nan)
        case .saturation: return .saturated(range)
        case .flat: return .replaced(range, channel: fault.channel, by: 0)
        case .lineNoise:
            return .added(
                place.sample, .line(millihertz: fault.frequency ?? 50_000, microvolts: fault.microvolts ?? 0))
        case .drift: return .rate(place.sample, partsPerMillion: fault.rate ?? 0)
        case .unplug: return .unplugged(range)
        // A flood is not a fault of samples; it is put around the source.
        case .stall, .flood: return .stall(range)
        case .counterWrap: return .wrapped(place.sample)
        }
    }

    /// The words that the emulated stimulator understands.
    private static func words(_ kind: CampaignFaultKind.StimulatorKind, _ fault: CampaignFault) -> String {
        let count = fault.count ?? 1
        switch kind {
        case .nack: return "nack \(count)"
        case .lostAck: return "lost-answer \(count)"
        case .wrongEcho: return "echo \(fault.current ?? 0)"
        case .compliance: return "compliance \(count)"
        case .residualVoltage: return "residual \(Int64(fault.microvolts ?? 0))"
        case .reboot: return "reboot"
        case .ignoresOff: return "after-off"
        case .unplug: return "unplug"
        case .wrongSerial: return "serial VIRT-9999"
        case .wrongFirmware: return "firmware 9.9"
        case .impedance: return "impedance \(fault.impedance ?? 0)"
        case .stopButton: return "stop \(count)"
        }
    }
}

extension CampaignSchedule {
    /// Times in µs, in order, none at or after `end`.
    public func times(seed: UInt64, until end: Int64) -> [Int64] {
        switch self {
        case .at(let time): return [time]
        case .every(let period, let start, let stop):
            return Array(stride(from: start, to: min(stop, end), by: Int64.Stride(max(1, period))))
        case .random(let count, let start, let stop):
            let span = UInt64(max(1, stop - start))
            return (0..<count).map { start + Int64(SplitMix64.mix(seed ^ UInt64($0) &* 0xD1B5_4A32_D192_ED03) % span) }
                .sorted()
        }
    }
}
