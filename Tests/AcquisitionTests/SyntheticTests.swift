import Acquisition
import Signal
import Testing

private func montage(_ count: Int, unitsPerCount: Float = 0.195) -> Montage {
    Montage((0..<count).map { Channel(label: "ch\($0)", kind: .spikes, unitsPerCount: unitsPerCount) })
}

private func quiet() -> SyntheticParameters {
    var parameters = SyntheticParameters()
    parameters.noise = 0
    parameters.sineAmplitude = 0
    parameters.spikeRate = 0
    return parameters
}

private func source(
    channels: Int = 12, frames: Int = 30, rate: Int64 = 30_000, kind: SampleKind = .int16, seed: UInt64 = 1,
    _ parameters: SyntheticParameters = SyntheticParameters()
) throws -> Synthetic {
    let format = BlockFormat(channels: channels, frames: frames, rateNumerator: rate, kind: kind)
    return try Synthetic(montage: montage(channels), format: format, seed: seed, parameters: parameters)
}

/// Samples of one channel as Double, `blocks` blocks from the start.
private func record(_ source: Synthetic, channel: Int, blocks: Int) throws -> [Double] {
    let block = Block(format: source.format)
    var values: [Double] = []
    for _ in 0..<blocks {
        guard try source.next(into: block) == .block else { break }
        for frame in 0..<source.format.frames {
            let place = frame * source.format.channels + channel
            values.append(
                source.format.kind == .int16 ? unsafe Double(block.int16[place]) : unsafe Double(block.float32[place]))
        }
    }
    return values
}

@Test("The same seed gives the same counts, another seed others, in a frame that is no multiple of eight")
func syntheticSeed() throws {
    let first = try record(source(), channel: 11, blocks: 20)
    #expect(try record(source(), channel: 11, blocks: 20) == first)
    #expect(try record(source(seed: 2), channel: 11, blocks: 20) != first)
    #expect(try record(source(), channel: 3, blocks: 20) != first)
}

/// By hand: 30 frames at 30 kHz are 1 ms, so block k begins at sample 30 k and at k ms.
@Test("Block k begins at exactly k × frames and k milliseconds")
func syntheticTime() throws {
    let source = try source()
    let block = Block(format: source.format)
    for index in 0..<50 {
        #expect(try source.next(into: block) == .block)
        #expect(block.header.firstSample == Int64(30 * index))
        #expect(block.header.deviceTime == Int64(1_000_000 * index))
        #expect(block.header.hostArrival == Int64(1_000_000 * (index + 1)))
        #expect(block.header.flags == [])
    }
}

/// By hand: 10 µV at 0.195 µV a count is 51.28 counts; rounding adds 1/12 to the variance.
///
/// Three standard errors.
@Test("The noise has the standard deviation that was asked for and is white")
func syntheticNoise() throws {
    var parameters = quiet()
    parameters.noise = 10_000
    let values = try record(source(parameters), channel: 5, blocks: 1_000)
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    let lagged = zip(values, values.dropFirst()).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) }
    #expect(abs(variance.squareRoot() - 51.28) < 51.28 * 0.03)
    #expect(abs(lagged / Double(values.count) / variance) < 3 / Double(values.count).squareRoot())
}

/// By hand: a sine of 39 µV peak is 200 counts; at 20 Hz and 1 kHz its period is 50 samples, its mean square 20,000.
@Test("The sine has its peak and its exact period, and channels differ in phase")
func syntheticSine() throws {
    var parameters = quiet()
    parameters.sineAmplitude = 39_000
    let values = try record(source(rate: 1_000, parameters), channel: 0, blocks: 50)
    let other = try record(source(rate: 1_000, parameters), channel: 1, blocks: 50)
    #expect(abs(values.reduce(0) { $0 + $1 * $1 } / Double(values.count) - 20_000) < 100)
    for index in 50..<values.count { #expect(values[index] == values[index - 50]) }
    #expect(values != other)
}

/// By hand: 120 µV are 615.4 counts.
///
/// The trough stands 0.3 ms (9 samples) after the start; the hump there adds 0.35·e^(−0.45²/(2·0.18²)) = 0.0154 of the
/// depth, which leaves −605.9.
@Test("Planted spikes stand where the truth says, one in each mean interval")
func syntheticSpikes() throws {
    var parameters = quiet()
    parameters.spikeRate = 20_000
    let source = try source(parameters)
    let values = try record(source, channel: 7, blocks: 500)
    var expected = 0
    for slot in 0..<9 {
        let start = try #require(source.spikeStart(channel: 7, slot: Int64(slot)))
        #expect(Int64(slot) * 1_500..<Int64(slot + 1) * 1_500 ~= start)
        #expect(values[Int(start) + 9] == -606)
        expected += 1
    }
    #expect(values[..<13_500].count { $0 == -606 } == expected)
}

/// By hand, at 1 kHz in blocks of 4: gaps of 2 samples at 10, 20, 30…: block 2 (8…11) misses frames 2 and 3, block 5
/// (20…23) frames 0 and 1, block 7 (28…31) frames 2 and 3, all other blocks up to 8 none.
@Test("Gaps come at each multiple of their time and are marked exactly")
func syntheticGaps() throws {
    var parameters = SyntheticParameters()
    parameters.spikeRate = 0
    parameters.gapEvery = 10_000
    parameters.gapLength = 2_000
    let source = try source(channels: 2, frames: 4, rate: 1_000, parameters)
    let block = Block(format: source.format)
    let expected = [2: 2..<4, 5: 0..<2, 7: 2..<4]
    for index in 0..<9 {
        #expect(try source.next(into: block) == .block)
        #expect(block.header.missing == expected[index] ?? 0..<0)
        #expect(block.header.flags.contains(.gap) == (expected[index] != nil))
    }
}

/// By hand, at 1 kHz: a gap of 12 ms at 20 ms covers samples 20…31: of blocks of 8, block 2 (16…23) misses 4..<8,
/// block 3 (24…31) all, block 4 nothing.
@Test("A gap longer than a block covers whole blocks")
func syntheticLongGap() throws {
    var parameters = SyntheticParameters()
    parameters.spikeRate = 0
    parameters.gapEvery = 20_000
    parameters.gapLength = 12_000
    let source = try source(channels: 1, frames: 8, rate: 1_000, parameters)
    let block = Block(format: source.format)
    for missing in [0..<0, 0..<0, 4..<8, 0..<8, 0..<0, 0..<8] {
        #expect(try source.next(into: block) == .block)
        #expect(block.header.missing == missing)
    }
}

@Test("A sine beyond the converter's range stops at its ends instead of trapping or wrapping")
func syntheticClips() throws {
    var parameters = quiet()
    parameters.sineAmplitude = 100_000_000
    let values = try record(source(rate: 1_000, parameters), channel: 0, blocks: 4)
    #expect(values.min() == -32_768)
    #expect(values.max() == 32_767)
}

@Test("float32 blocks hold µV: the same signal as counts times their size")
func syntheticFloat() throws {
    var parameters = SyntheticParameters()
    parameters.spikeRate = 0
    let counts = try record(source(parameters), channel: 2, blocks: 10)
    let volts = try record(source(kind: .float32, parameters), channel: 2, blocks: 10)
    for (count, volt) in zip(counts, volts) { #expect(abs(count * 0.195 - volt) <= 0.195 * 0.501) }
}

@Test(
    "Options that cannot be are refused by name",
    arguments: [
        ("noise", "loud"), ("sine_frequency", "20000000"), ("spike_rate", "900000"), ("spike_amplitude", "-1"),
    ])
func syntheticRefuses(key: String, value: String) {
    let request = SourceRequest(
        montage: montage(2), frames: 10, rateNumerator: 30_000, kind: .int16, options: [key: value])
    do {
        _ = try SourceRegistry.builtIn.make(driver: "synthetic", request)
        Issue.record("\(key) \(value) was accepted")
    } catch {
        guard case .option(let named, _) = error else { Issue.record("\(error)"); return }
        #expect(named == key)
    }
}

@Test("An unknown driver is refused and the known ones are named")
func unknownDriver() {
    let request = SourceRequest(montage: montage(1), frames: 1, rateNumerator: 1_000)
    #expect(throws: SourceError.unknownDriver("cyton", known: ["synthetic", "recording"])) {
        _ = try SourceRegistry.builtIn.make(driver: "cyton", request)
    }
}
