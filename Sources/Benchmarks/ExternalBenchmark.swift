public import Decoding
internal import Glibc
internal import Loop
internal import Signal

/// What a decoder in a process of its own costs the tick.
public struct ExternalMeasurement: Codable, Sendable {
    /// Channels and frames of a block.
    public var channels: Int
    public var frames: Int
    /// From the request to the checked answer, wall time in µs.
    public var answer: DurationSpread?
    /// Thread CPU time of the waiting tick in µs: it looks again and again until the answer is there.
    public var cpu: DurationSpread?
    /// Answers that did not come within the deadline.
    public var late: Int64
    public var deadlineMicroseconds: Double

    enum CodingKeys: String, CodingKey {
        case channels, frames, late
        case answer = "answer_us"
        case cpu = "cpu_us"
        case deadlineMicroseconds = "deadline_us"
    }
}

/// Asks the decoder that `command` starts `blocks` times, one block every 2 ms, as a loop would.
///
/// - Throws: ``DecoderError`` where the process cannot be started.
public func externalBenchmark(
    command: [String], channels: Int = 32, frames: Int = 10, blocks: Int = 3_000, deadline: Int64 = 1_000_000
) throws(DecoderError) -> ExternalMeasurement {
    let settings = ExternalDecoderSettings(command: command, deadline: deadline, range: 0...1e6, unit: "uV")
    let decoder = try ExternalDecoder(settings, channels: channels, frames: frames, rate: 1_000)
    try decoder.start()
    let samples = (0..<frames * channels).map { Float($0 % 7) }
    let zeros = [Float](repeating: 0, count: channels)
    let (wall, cpu) = (LatencyHistogram(), LatencyHistogram())
    var late: Int64 = 0
    for block in 0..<blocks + 100 {
        usleep(2_000)
        let (start, spent) = (wallNanoseconds(), threadNanoseconds())
        _ = unsafe decoder.decode(
            input: samples, frames: frames, stride: channels, envelope: zeros, bandPower: zeros,
            firstSample: Int64(block * frames), validity: SignalValidity(channels: Int32(channels)))
        // The first hundred warm both sides up.
        guard block >= 100 else { continue }
        if decoder.isLate { late += 1 }
        wall.add(wallNanoseconds() - start)
        cpu.add(threadNanoseconds() - spent)
    }
    return ExternalMeasurement(
        channels: channels, frames: frames, answer: DurationSpread(wall), cpu: DurationSpread(cpu), late: late,
        deadlineMicroseconds: Double(deadline) / 1_000)
}

/// CLOCK_MONOTONIC in nanoseconds.
private func wallNanoseconds() -> Int64 {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}
