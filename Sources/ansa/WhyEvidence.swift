import Foundation
import Loop
import Sessions
import Signal

/// Raw samples that a decision rests on.
struct SamplesReport: Encodable {
    let first: Int64, end: Int64
    let missing: Int64
    let channels: [ChannelReport]

    struct ChannelReport: Encodable {
        let label: String, unit: String
        let lowest: Float, highest: Float, rms: Float
    }

    var lines: [String] {
        let head = "  samples     \(first) to \(end - 1)" + (missing > 0 ? ", \(missing) missing" : "")
        return [head]
            + channels.prefix(8).map {
                "              \($0.label): \($0.lowest) to \($0.highest) \($0.unit), rms \($0.rms)"
            } + (channels.count > 8 ? ["              and \(channels.count - 8) more channels"] : [])
    }
}

/// What conditioning and encoding made of them.
struct FeaturesReport: Encodable {
    /// A digest of each channel's conditioned samples in the tick: equal digests are equal bits.
    let conditioned: [String]
    let spikes: Int
    /// Spikes by neuron or channel.
    let spikesByUnit: [Int32: Int]

    var lines: [String] {
        let digests = conditioned.prefix(4).joined(separator: " ") + (conditioned.count > 4 ? " …" : "")
        let units = spikesByUnit.sorted { $0.key < $1.key }.prefix(8).map { "\($0.key): \($0.value)" }
        return [
            "  features    conditioned samples, digest a channel: \(digests)",
            "  spikes      \(spikes)" + (units.isEmpty ? "" : " (unit: spikes; \(units.joined(separator: ", ")))"),
        ]
    }
}

/// What the decoder concluded.
struct DecisionReport: Encodable {
    let value: Float, confidence: Float
    let isValid: Bool
    let firstSample: Int64, endSample: Int64
    let spikes: Int64, synapticOperations: Int64

    init(_ record: DecisionRecord) {
        value = record.value
        confidence = Float(bitPattern: UInt32(truncatingIfNeeded: record.confidenceBits))
        isValid = record.isValid != 0
        (firstSample, endSample) = (record.firstSample, record.endSample)
        (spikes, synapticOperations) = (record.spikes, record.synapticOperations)
    }

    var lines: [String] {
        [
            "  decision    \(value) (confidence \(confidence)\(isValid ? "" : ", not valid")), "
                + "\(spikes) spikes, \(synapticOperations) synaptic operations"
        ]
    }
}

/// The records of one tick, as reports.
struct WhyEvidence {
    private(set) var proposal: ProposalRecord?
    private(set) var decision: DecisionReport?
    private(set) var features: FeaturesReport?
    private(set) var samples: SamplesReport?

    /// Reads `reader` from its start to the end of tick `tick`, for the loop in place `lane`.
    ///
    /// Empty where there was no such tick.
    ///
    /// - Throws: where a record is damaged.
    init(_ reader: JournalReader, tick: Int64?, lane: Int) throws(JournalError) {
        guard let tick else { return }
        var digests: [String] = []
        var units: [Int32: Int] = [:]
        while let record = try reader.next() {
            if record.tick > tick, record.kind.isLogical { break }
            guard record.tick == tick, StageNumber.lane(ofNumber: record.stage) == lane else { continue }
            switch record.kind {
            case .proposal: proposal = ProposalRecord(payload: record.payload)
            case .decision: decision = DecisionRecord(payload: record.payload).map(DecisionReport.init)
            case .stageDigests where StageNumber(number: record.stage) == .conditioning:
                digests = words(of: record.payload).map { String($0, radix: 16) }
            case .spikes where StageNumber(number: record.stage) == .decoding:
                for unit in unitsOfSpikes(record.payload) { units[unit, default: 0] += 1 }
            default: break
            }
        }
        features = FeaturesReport(
            conditioned: digests, spikes: units.values.reduce(0, +), spikesByUnit: units)
        if let decision { samples = try Self.samples(reader, decision) }
    }

    private static func samples(
        _ reader: JournalReader, _ decision: DecisionReport
    ) throws(JournalError) -> SamplesReport? {
        let recording: JournalRecording
        do throws(RecordingError) { recording = try JournalRecording(reader.directory) } catch {
            throw .damaged(JournalDamage(file: reader.directory, text: "\(error)"))
        }
        let channels = recording.montage.channels
        let end = min(decision.endSample, recording.frames)
        let first = max(0, min(decision.firstSample, end))
        let count = Int(end - first)
        guard count > 0, !channels.isEmpty else { return nil }
        var values = [Float](repeating: .nan, count: count * channels.count)
        do throws(RecordingError) {
            try unsafe values.withUnsafeMutableBufferPointer { (buffer) throws(RecordingError) in
                try unsafe recording.read(first: first, count: count, into: buffer)
            }
        } catch { throw .damaged(JournalDamage(file: reader.directory, text: "\(error)")) }
        let reports = channels.enumerated().map { index, channel in
            let present = stride(from: index, to: values.count, by: channels.count).map { values[$0] }
                .filter(\.isFinite)
            let power = present.reduce(Float(0)) { $0 + $1 * $1 } / Float(max(1, present.count))
            return SamplesReport.ChannelReport(
                label: channel.label, unit: channel.unit, lowest: present.min() ?? 0, highest: present.max() ?? 0,
                rms: power.squareRoot())
        }
        let missing = values.count(where: \.isNaN) / channels.count
        return SamplesReport(first: first, end: end, missing: Int64(missing), channels: reports)
    }

    private func words(of payload: [UInt8]) -> [UInt32] {
        stride(from: 0, to: payload.count - 3, by: 4).map { at in
            (0..<4).reduce(UInt32(0)) { $0 | UInt32(payload[at + $1]) << UInt32(8 * $1) }
        }
    }

    /// A spike is i64 sample, i32 unit, i32 polarity.
    private func unitsOfSpikes(_ payload: [UInt8]) -> [Int32] {
        stride(from: 0, to: payload.count - 15, by: 16).map { at in
            Int32(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(payload[at + 8 + $1]) << UInt32(8 * $1) })
        }
    }
}
