import Decoding
import Glibc
import Signal
import Testing

/// A decoder in Python beside a test: the shared words, then what `body` does with each request.
private func script(_ body: String) -> [String] {
    let frame = """
        import mmap, os, socket, struct, time
        memory = mmap.mmap(3, 0)
        bell = socket.socket(fileno=4)
        _, channels, frames, rate = struct.unpack_from("<8sIId", memory, 0)
        def answer(number, first, end, value, second=0.0, confidence=1.0, valid=1):
            struct.pack_into("<Q", memory, 128, number)
            struct.pack_into("<qqfffI", memory, 144, first, end, value, second, confidence, valid)
            struct.pack_into("<Q", memory, 136, number)
        struct.pack_into("<I", memory, 24, 1)
        while bell.recv(4096):
            number, again, first, end, valid, missing = struct.unpack_from("<QQqqII", memory, 64)
            samples = struct.unpack_from(f"<{frames * channels}f", memory, 192)
            envelope = struct.unpack_from(f"<{channels}f", memory, 192 + 4 * frames * channels)
        """
    return ["python3", "-c", frame + "\n    " + body]
}

private func decoder(_ command: [String], deadline: Int64 = 5_000_000_000) throws -> ExternalDecoder {
    let settings = ExternalDecoderSettings(command: command, deadline: deadline, range: -100...100, unit: "uV")
    return try ExternalDecoder(settings, channels: 2, frames: 10, rate: 1_000)
}

/// Block k of two channels, rows eight apart: samples k + frame on channel 0, envelope 7 and 8.
private func decide(_ decoder: ExternalDecoder, block: Int64) -> Decision {
    var samples = [Float](repeating: 0, count: 80)
    for frame in 0..<10 { samples[frame * 8] = Float(block) + Float(frame) }
    return unsafe samples.withUnsafeBufferPointer { samples in
        unsafe [Float](arrayLiteral: 7, 8).withUnsafeBufferPointer { envelope in
            guard let input = samples.baseAddress, let second = envelope.baseAddress else {
                return Decision(value: .nan, confidence: 0, firstSample: 0, endSample: 0)
            }
            return unsafe decoder.decode(
                input: input, frames: 10, stride: 8, envelope: second, bandPower: second, firstSample: block * 10,
                validity: SignalValidity(channels: 2))
        }
    }
}

/// By hand: the samples of channel 0 in block 3 are 3…12, their sum is 75; envelope 7 and 8.
@Test("Another process sees the block's samples and features, and its answer is the decision")
func externalAnswer() throws {
    let decoder = try decoder(script("answer(number, first, end, sum(samples[::channels]), envelope[1] - envelope[0])"))
    try decoder.start()
    #expect(decoder.processIdentifier > 0)
    for block: Int64 in 0..<5 {
        let decision = decide(decoder, block: block)
        #expect(decision.value == Float(45 + 10 * block))
        #expect(decision.second == 1 && decision.confidence == 1 && decision.isValid)
        #expect(decision.firstSample == block * 10 && decision.endSample == block * 10 + 10)
    }
    #expect(decoder.lateAnswers == 0)
}

@Test("A late answer is no decision, counts as late, and does not answer the next block")
func externalLate() throws {
    let slow = "time.sleep(1.5 if number == 2 else 0); answer(number, first, end, number)"
    let decoder = try decoder(script(slow), deadline: 1_000_000_000)
    try decoder.start()
    #expect(decide(decoder, block: 0).value == 1)
    let late = decide(decoder, block: 1)
    #expect(!late.isValid && late.confidence == 0 && decoder.isLate)
    let next = decide(decoder, block: 2)
    #expect(next.value == 3 && next.isValid && !decoder.isLate)
    #expect(decoder.lateAnswers == 1)
}

@Test("A process that ends is late from then on, and costs no wait")
func externalDeath() throws {
    let decoder = try decoder(script("answer(number, first, end, 1); os._exit(0)"))
    try decoder.start()
    #expect(decide(decoder, block: 0).isValid)
    usleep(300_000)
    // With a deadline of 5 s and no wait for the dead, a hundred blocks end long before 500 s.
    for block: Int64 in 1...100 {
        let decision = decide(decoder, block: block)
        #expect(!decision.isValid && decision.confidence == 0 && decoder.isLate)
    }
    #expect(decoder.lateAnswers == 100)
}

@Test(
    "What an answer must not be has no confidence",
    arguments: [
        ("answer(number, first, end, 101.0)", false), ("answer(number, first, end, 0, -101.0)", false),
        ("answer(number, first, end, 1, 0, 1.5)", false), ("answer(number, first, end, 1, 0, 1, 0)", false),
        ("answer(number, first, end, 100.0, -100.0)", true),
    ])
func externalRange(body: String, isValid: Bool) throws {
    let decoder = try decoder(script(body))
    try decoder.start()
    let decision = decide(decoder, block: 4)
    #expect(decision.isValid == isValid)
    #expect((decision.confidence == 1) == isValid)
    #expect(decision.value.isFinite && decision.second.isFinite)
}

@Test("What is not a number stays one, and samples of another block are named as such")
func externalNotFinite() throws {
    let decoder = try decoder(script("answer(number, first - 10, end - 10, float('nan'))"))
    try decoder.start()
    let decision = decide(decoder, block: 4)
    #expect(decision.value.isNaN && !decision.isValid)
    #expect(decision.firstSample == 30 && decision.endSample == 40)
}

@Test(
    "A program that is not there, or ends at once, is refused with its name", arguments: ["no-such-program", "false"])
func externalStart(program: String) throws {
    let decoder = try decoder([program])
    let error = #expect(throws: DecoderError.self) { try decoder.start() }
    #expect("\(error.map { "\($0)" } ?? "")".contains(program))
}

/// By hand: a constant of 8 µV, rectified and smoothed, comes to 8 (1 − e^(−t/100 ms)); after 1 s, 7.9996.
@Test("The example of thirty lines follows the mean of the rectified signal")
func externalExample() throws {
    let path = Synthetic.package + "/Examples/external_decoder.py"
    let decoder = try decoder(["python3", path])
    try decoder.start()
    var last = Decision(value: 0, confidence: 0, firstSample: 0, endSample: 0)
    let samples = (0..<80).map { Float($0 % 16 < 8 ? 8 : -8) }
    for block: Int64 in 0..<100 {
        unsafe samples.withUnsafeBufferPointer { samples in
            guard let input = samples.baseAddress else { return }
            last = unsafe decoder.decode(
                input: input, frames: 10, stride: 8, envelope: input, bandPower: input, firstSample: block * 10,
                validity: SignalValidity(channels: 2))
        }
        if block == 5 { #expect(!last.isValid) }
    }
    #expect(abs(last.value - 8) < 0.01, "\(last.value)")
    #expect(last.isValid && last.confidence == 1)
}
