import Foundation
import Loop
import Signal

/// What a session will write, and how long the disk has room for it.
struct JournalOutlook {
    /// Bytes a second of signal that every session of this shape writes; spikes come on top.
    let bytesPerSecond: Double
    /// Bytes that an ordinary user can still write where the session goes; nil where the system does not say.
    let free: Int64?

    /// Of a session in `directory` whose folder exists.
    init(_ plan: LoopPlan, lanes: Int, directory: String) {
        let frame = 20.0
        let format = plan.format
        let block = frame + 32 + Double(format.byteCount)
        let digests = Double(lanes) * (frame + 4 * Double(format.channels))
        let decided =
            2 * frame + Double(MemoryLayout<DecisionRecord>.size) + Double(MemoryLayout<ProposalRecord>.size)
        let times = frame + Double(MemoryLayout<TimingRecord>.size)
        let safety = (frame + Double(MemoryLayout<SafetyRecord>.size)) * Double(plan.block) / Double(plan.safety)
        bytesPerSecond = (block + digests + Double(lanes) * decided + times + safety) * 1e9 / Double(plan.block)
        let known = try? FileManager.default.attributesOfFileSystem(forPath: directory)
        free = (known?[.systemFreeSize] as? NSNumber)?.int64Value
    }

    /// Seconds of signal until the disk is full, at most.
    var secondsToFull: Double? { free.map { Double($0) / bytesPerSecond } }

    /// For a person, before the first block.
    var text: String {
        let rate = "Journal: at least \(fixed(bytesPerSecond / 1e6, 2)) MB a second of signal"
        guard let free, let secondsToFull else { return rate }
        return rate
            + "; \(fixed(Double(free) / 1e9, 1)) GB are free: full in \(Self.duration(secondsToFull)) at the latest"
    }

    /// What a person has to know first: that the disk will not do for `seconds` of signal.
    func warning(seconds: Double) -> String? {
        guard let free, bytesPerSecond * seconds > Double(free) else { return nil }
        return "Warning: \(fixed(seconds, 0)) s need \(fixed(bytesPerSecond * seconds / 1e9, 1)) GB or more, "
            + "\(fixed(Double(free) / 1e9, 1)) GB are free"
    }

    private static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<120: "\(fixed(seconds, 0)) s"
        case ..<7_200: "\(fixed(seconds / 60, 0)) min"
        case ..<172_800: "\(fixed(seconds / 3_600, 0)) h"
        default: "\(fixed(seconds / 86_400, 0)) days"
        }
    }
}
