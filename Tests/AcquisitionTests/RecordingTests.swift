import Acquisition
import Signal
import Testing

/// Three channels; sample n of channel c is 10 n + c.
final class Ramp: RecordingReader {
    let montage = Montage([
        Channel(label: "a", unit: "uV"), Channel(label: "b", unit: "mV"), Channel(label: "grip", unit: "arbitrary"),
    ])
    let rate: (numerator: Int64, denominator: Int64) = (1_000, 1)
    let frames: Int64
    let warnings: [RecordingWarning] = []
    /// Reading from here on fails.
    let damagedFrom: Int64
    let gaps: [RecordingGap]
    /// Stored instants at which every channel is NaN.
    let absent: Range<Int64>

    init(frames: Int64, damagedFrom: Int64 = .max, gaps: [RecordingGap] = [], absent: Range<Int64> = 0..<0) {
        self.frames = frames
        self.damagedFrom = damagedFrom
        self.gaps = gaps
        self.absent = absent
    }

    func read(first: Int64, count: Int, into: UnsafeMutableBufferPointer<Float>) throws(RecordingError) {
        guard first + Int64(count) <= min(frames, damagedFrom) else {
            throw RecordingError(file: "ramp", text: "past its end")
        }
        for row in 0..<count {
            let sample = first + Int64(row)
            for channel in 0..<3 {
                unsafe into[row * 3 + channel] = absent.contains(sample) ? .nan : Float(10 * sample + Int64(channel))
            }
        }
    }
}

/// By hand: 25 samples in blocks of 10 are two whole blocks and one of 5 samples and 5 missing; 1 mV is 1,000 µV.
@Test("A recording plays selected channels in order, in µV, pads its last block and ends")
func recordingPads() throws {
    let source = try Recording(reader: Ramp(frames: 25), channels: ["grip", "b"], frames: 10)
    #expect(source.montage.channels.map(\.label) == ["grip", "b"])
    #expect(source.montage.channels.map(\.unit) == ["arbitrary", "uV"])
    let block = Block(format: source.format)
    for index in 0..<3 {
        #expect(try source.next(into: block) == .block)
        #expect(block.header.firstSample == Int64(10 * index))
        #expect(block.header.deviceTime == Int64(10_000_000 * index))
        let present = index < 2 ? 10 : 5
        #expect(block.header.missing == (index < 2 ? 0..<0 : 5..<10))
        #expect(block.header.flags == (index < 2 ? [] : [.gap]))
        for frame in 0..<present {
            let sample = Float(10 * (10 * index + frame))
            let grip = unsafe block.float32[2 * frame]
            let b = unsafe block.float32[2 * frame + 1]
            #expect(grip == sample + 2)
            #expect(b == (sample + 1) * 1_000)
        }
    }
    #expect(try source.next(into: block) == .ended)
    #expect(try source.next(into: block) == .ended)
}

/// By hand: 25 stored samples with 12 missing before sample 15 are 37 in time; blocks of 10 hold stored 0 to 9, stored
/// 10 to 14 and 5 missing, 7 missing and stored 15 to 17, stored 18 to 24 and 3 behind the end.
@Test("A gap in the recording is a gap in the blocks, and time goes on through it")
func recordingGap() throws {
    let reader = Ramp(frames: 25, gaps: [RecordingGap(before: 15, count: 12)])
    let source = try Recording(reader: reader, channels: ["a"], frames: 10)
    #expect(source.length == 37)
    let block = Block(format: source.format)
    let missing = [0..<0, 5..<10, 0..<7, 7..<10]
    let stored: [[Float]] = [
        (0..<10).map { Float(10 * $0) }, (10..<15).map { Float(10 * $0) }, (15..<18).map { Float(10 * $0) },
        (18..<25).map { Float(10 * $0) },
    ]
    for index in 0..<4 {
        #expect(try source.next(into: block) == .block)
        #expect(block.header.firstSample == Int64(10 * index))
        #expect(block.header.missing == missing[index])
        #expect(block.header.flags == (missing[index].isEmpty ? [] : [.gap]))
        let present = (0..<10).filter { !missing[index].contains($0) }.map { unsafe block.float32[$0] }
        #expect(present == stored[index])
    }
    #expect(try source.next(into: block) == .ended)
}

@Test("Instants at which every channel is NaN never arrived")
func recordingAbsent() throws {
    let source = try Recording(reader: Ramp(frames: 20, absent: 3..<5), frames: 10)
    let block = Block(format: source.format)
    #expect(try source.next(into: block) == .block)
    #expect(block.header.missing == 3..<5)
    #expect(try source.next(into: block) == .block)
    #expect(block.header.missing.isEmpty)
}

/// By hand: instants 12 to 31 of 37; the first ten are stored 12, 13, 14 and seven missing.
@Test("A stretch of a recording is played from its own first instant")
func recordingStretch() throws {
    let reader = Ramp(frames: 25, gaps: [RecordingGap(before: 15, count: 12)])
    let source = try Recording(reader: reader, channels: ["a"], frames: 10, range: 12..<32)
    #expect(source.length == 20)
    let block = Block(format: source.format)
    #expect(try source.next(into: block) == .block)
    #expect(block.header.firstSample == 0)
    #expect(block.header.missing == 3..<10)
    let first = unsafe block.float32[0]
    #expect(first == 120)
    #expect(throws: SourceError.self) { try Recording(reader: reader, frames: 10, range: 30..<38) }
}

@Test("Gaps that cannot be are refused", arguments: [(0, 5), (25, 5), (26, 5), (10, 0), (10, -1)])
func recordingImpossibleGap(before: Int, count: Int) {
    let gap = RecordingGap(before: Int64(before), count: Int64(count))
    #expect(throws: SourceError.self) { try Recording(reader: Ramp(frames: 25, gaps: [gap]), frames: 10) }
}

@Test("A recording whose last block is full ends without padding")
func recordingWhole() throws {
    let source = try Recording(reader: Ramp(frames: 20), frames: 10)
    let block = Block(format: source.format)
    #expect(try source.next(into: block) == .block)
    #expect(try source.next(into: block) == .block)
    #expect(block.header.flags == [])
    #expect(try source.next(into: block) == .ended)
}

/// By hand: sample 27 of a looped recording of 25 is its sample 2.
@Test("A looped recording begins again inside a block and counts on")
func recordingLoops() throws {
    let source = try Recording(reader: Ramp(frames: 25), channels: ["a"], frames: 10, loop: true)
    let block = Block(format: source.format)
    for _ in 0..<3 { #expect(try source.next(into: block) == .block) }
    #expect(block.header.firstSample == 20)
    #expect(block.header.missingCount == 0)
    let value = unsafe block.float32[7]
    #expect(value == 20)
}

@Test("A channel that the recording lacks is refused and the others are named")
func recordingUnknownChannel() {
    #expect(throws: SourceError.option(key: "channels", text: "no channel \"c\"; there are: a, b, grip")) {
        _ = try Recording(reader: Ramp(frames: 5), channels: ["a", "c"], frames: 10)
    }
}

@Test("A recording that can no longer be read ends with the reader's own error")
func recordingDamaged() throws {
    let source = try Recording(reader: Ramp(frames: 25, damagedFrom: 12), frames: 10)
    let block = Block(format: source.format)
    #expect(try source.next(into: block) == .block)
    #expect(throws: SourceError.recording(RecordingError(file: "ramp", text: "past its end"))) {
        _ = try source.next(into: block)
    }
}
