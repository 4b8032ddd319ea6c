import Glibc
public import Signal

/// What a profile says of a decoder that runs as a process of its own.
public struct ExternalDecoderSettings: Hashable, Sendable {
    /// The program and its words.
    public var command: [String]
    /// How long a block's answer is waited for, in nanoseconds of CLOCK_MONOTONIC.
    public var deadline: Int64
    /// What an answer may hold, in the decoder's unit.
    public var range: ClosedRange<Float>
    /// What the values mean.
    public var unit: String

    /// A decoder that is given `deadline` ns for each block.
    public init(command: [String], deadline: Int64, range: ClosedRange<Float>, unit: String) {
        self.command = command
        self.deadline = deadline
        self.range = range
        self.unit = unit
    }
}

/// A decoder in any language: a process that answers each block over shared memory, laid out as `ExternalMemory` says.
///
/// Every answer is checked: it must come before the deadline, to this block's request, be within its range, and rest on
/// the block's newest samples. What is late or was never given is not valid, has no confidence, and counts as a missed
/// deadline (IL-28, IL-29); what is out of range has no confidence (IL-29); what is not a number stays one, and what
/// rests on other samples says so (both IL-29). Once the process has ended nothing is waited for any more.
///
/// This is the one decoder that reads a clock, makes a system call in a tick (one byte, not waited for) and is not a
/// function of its input: its decisions are recorded inputs, which a replay reads from the journal and never asks for
/// again (``RecordedDecoder``).
@safe public final class ExternalDecoder: Decoder, @unchecked Sendable {
    public let settings: ExternalDecoderSettings
    public var unit: String { settings.unit }
    public let spikes = SpikeTrain(capacity: 1)
    /// The last block's answer did not come in time.
    public private(set) var isLate = false
    /// Blocks whose answer did not come in time.
    public private(set) var lateAnswers: Int64 = 0
    private let memory: ExternalMemory
    private var process: ExternalProcess?
    private var number: UInt64 = 0

    /// A decoder whose process is not running yet.
    ///
    /// - Throws: ``DecoderError/network(_:)`` without shared memory.
    public init(
        _ settings: ExternalDecoderSettings, channels: Int, frames: Int, rate: Double
    ) throws(DecoderError) {
        guard let memory = ExternalMemory(channels: channels, frames: frames, rate: rate) else {
            throw .network("the system gives no shared memory for an external decoder")
        }
        self.settings = settings
        self.memory = memory
    }

    /// The process; 0 before it was started.
    public var processIdentifier: Int32 { process?.process ?? 0 }

    /// Starts the process and waits until it is ready, for five seconds at most.
    ///
    /// - Throws: ``DecoderError/network(_:)`` where it cannot be started, ends, or is not ready in time.
    public func start() throws(DecoderError) {
        let started = try ExternalProcess(settings.command, memory: memory.descriptor)
        for _ in 0..<5_000 where !memory.isReady {
            if started.hasEnded { throw .network("\(name) ended before it was ready") }
            usleep(1_000)
        }
        guard memory.isReady else { throw .network("\(name) was not ready within 5 s") }
        process = started
    }

    private var name: String { settings.command.joined(separator: " ") }

    public func decode(
        input: UnsafePointer<Float>, frames: Int, stride: Int, envelope: UnsafePointer<Float>,
        bandPower: UnsafePointer<Float>, firstSample: Int64, validity: SignalValidity
    ) -> Decision {
        let samples = firstSample..<firstSample + Int64(frames)
        number += 1
        unsafe memory.ask(
            number, input: input, frames: frames, stride: stride, envelope: envelope, bandPower: bandPower,
            samples: samples, valid: validity.validChannels, missing: validity.gapSamples)
        let answer = wait()
        isLate = answer == nil
        guard let answer else {
            lateAnswers += 1
            return Decision(
                value: 0, confidence: 0, firstSample: samples.lowerBound, endSample: samples.upperBound, isValid: false)
        }
        return decision(answer)
    }

    /// The answer to the newest request; nil at the deadline, or at once where the process has ended.
    private func wait() -> ExternalAnswer? {
        guard let process else { return nil }
        guard process.ring() else {
            // Kept until the end of the session: taking it out would wait for it here.
            isGone = true
            return nil
        }
        guard !isGone else { return nil }
        let end = monotonicNanoseconds() + settings.deadline
        var looks = 0
        repeat {
            if let answer = memory.answer(to: number) { return answer }
            looks += 1
            if looks % Self.looksBetweenCalls == 0, process.hasHungUp {
                isGone = true
                break
            }
        } while monotonicNanoseconds() < end
        return memory.answer(to: number)
    }

    private var isGone = false
    /// About every fifth of a millisecond: whether anybody is there still.
    private static let looksBetweenCalls = 4_096

    private func decision(_ answer: ExternalAnswer) -> Decision {
        let isFinite = answer.value.isFinite && answer.second.isFinite && answer.confidence.isFinite
        let isInRange =
            settings.range.contains(answer.value) && settings.range.contains(answer.second)
            && answer.confidence >= 0 && answer.confidence <= 1
        let isTrusted = isFinite && isInRange && answer.isValid
        // A number that is none goes on, so that the gate counts it; so does a wrong sample.
        return Decision(
            value: isFinite && !isInRange ? 0 : answer.second.isFinite ? answer.value : .nan,
            confidence: isTrusted ? answer.confidence : 0, firstSample: answer.firstSample,
            endSample: answer.endSample, isValid: isTrusted, second: isTrusted ? answer.second : 0)
    }

    public func reset() {}

    public func warmUp() {}
}

/// Nanoseconds of CLOCK_MONOTONIC.
@inline(__always)
private func monotonicNanoseconds() -> Int64 {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}

/// Stands for a decoder whose decisions are recorded inputs: it gives what the journal holds.
@safe public final class RecordedDecoder: Decoder, @unchecked Sendable {
    public let unit: String
    public let spikes = SpikeTrain(capacity: 1)
    /// What the next call of `decode` gives, once.
    public var recorded: Decision?

    /// A decoder of `unit` that has nothing to give yet.
    public init(unit: String) { self.unit = unit }

    public func decode(
        input: UnsafePointer<Float>, frames: Int, stride: Int, envelope: UnsafePointer<Float>,
        bandPower: UnsafePointer<Float>, firstSample: Int64, validity: SignalValidity
    ) -> Decision {
        defer { recorded = nil }
        return recorded
            ?? Decision(
                value: 0, confidence: 0, firstSample: firstSample, endSample: firstSample + Int64(frames),
                isValid: false)
    }

    public func reset() { recorded = nil }

    public func warmUp() {}
}
