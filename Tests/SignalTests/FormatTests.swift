import Signal
import Testing

@Suite struct FormatTests {
    /// By hand: n × 10⁹ × denominator / numerator, rounded down.
    @Test(
        "The time of a sample is exact, after days and at rates that are no whole number",
        arguments: [
            (1000, 1, 19_001, 19_001_000_000),
            (30_000, 1, 1, 33_333),
            (30_000, 1, 77_760_000_000, 2_592_000_000_000_000),
            (24_414_0625, 10_000, 24_414_0625, 10_000_000_000_000),
            (250, 3, 1, 12_000_000),
        ] as [(Int64, Int64, Int64, Int64)])
    func sampleTime(numerator: Int64, denominator: Int64, sample: Int64, nanoseconds: Int64) {
        let format = BlockFormat(
            channels: 1, frames: 1, rateNumerator: numerator, rateDenominator: denominator, kind: .float32)
        #expect(format.nanoseconds(ofSample: sample) == nanoseconds)
    }

    /// 1024 channels × 30 frames × 2 bytes = 61,440 bytes; 30 frames at 30 kHz last 1 ms.
    @Test("A block of 1024 channels and 1 ms at 30 kHz takes 61,440 bytes and begins on a 64-byte boundary")
    func size() {
        let format = BlockFormat(channels: 1024, frames: 30, rateNumerator: 30_000, kind: .int16)
        #expect(format.byteCount == 61_440)
        #expect(format.blockNanoseconds == 1_000_000)
        let block = Block(format: format)
        #expect(unsafe UInt(bitPattern: block.bytes.baseAddress) % 64 == 0)
        #expect(unsafe block.int16.count == 30_720)
    }

    @Test("A montage finds a channel by its label, and nil where there is none")
    func montage() {
        let montage = Montage([Channel(label: "LFP_0"), Channel(label: "LFP_1")])
        #expect(montage.index(of: "LFP_1") == 1)
        #expect(montage.index(of: "lfp_1") == nil)
    }

    @Test("A full spike train counts what it could not hold")
    func spikeTrain() {
        let train = SpikeTrain(capacity: 2)
        for sample in Int64(0)..<5 { train.append(Spike(sample: sample, unit: 7)) }
        #expect(train.count == 2)
        #expect(train.dropped == 3)
        #expect(train[1] == Spike(sample: 1, unit: 7))
        train.removeAll()
        #expect(train.count == 0)
        #expect(train.dropped == 0)
    }

    /// By hand from the definition: (0x811c9dc5 ^ 0) × 0x01000193 mod 2³² = 0x050c5d1f (also FNV-1a of one zero byte).
    @Test("The digest of one zero word is that of FNV-1a, and two words in another order have another digest")
    func digest() {
        var digest = Digest32()
        #expect(digest.value == 0x811c_9dc5)
        digest.add(UInt32(0))
        #expect(digest.value == 0x050c_5d1f)
        var forward = Digest32()
        forward.add(UInt32(1))
        forward.add(UInt32(2))
        var backward = Digest32()
        backward.add(UInt32(2))
        backward.add(UInt32(1))
        #expect(forward != backward)
    }
}
