import Glibc
import Synchronization

/// The memory that a runtime and a decoder of another process share; little-endian, every field where it says.
///
/// | offset | field | written by |
/// |---|---|---|
/// | 0 | `"ANSAEXT1"` | runtime, once |
/// | 8, 12 | u32 channels; u32 frames in a block | runtime, once |
/// | 16 | f64 samples a second | runtime, once |
/// | 24 | u32 1 once the decoder is ready | decoder |
/// | 64, 72 | u64 number of the request, before and after it is written | runtime |
/// | 80, 88 | i64 first sample; one past the last | runtime |
/// | 96, 100 | u32 valid channels; u32 missing samples | runtime |
/// | 128, 136 | u64 number of the request that is answered, before and after | decoder |
/// | 144, 152 | i64 first sample that the answer rests on; one past the last | decoder |
/// | 160, 164, 168 | f32 value, second value, confidence (0 to 1) | decoder |
/// | 172 | u32 1 where the answer is valid | decoder |
/// | 192 | f32 conditioned samples, frames × channels | runtime |
/// | then | f32 envelope, one a channel; f32 band power, one a channel | runtime |
///
/// Whoever writes puts the number into the first word, writes, and puts it into the second; whoever reads takes what
/// lies between only where both words hold one number, before and after. A byte on socket 4 says that a request waits.
@safe final class ExternalMemory: @unchecked Sendable {
    static let readyOffset = 24, requestOffset = 64, answerOffset = 128, samplesOffset = 192
    let channels: Int
    let frames: Int
    let bytes: Int
    /// For the child to inherit.
    let descriptor: Int32
    private let base: UnsafeMutableRawPointer

    /// Memory for blocks of this shape; nil where the system has none to give.
    init?(channels: Int, frames: Int, rate: Double) {
        self.channels = channels
        self.frames = frames
        bytes = Self.samplesOffset + 4 * (frames * channels + 2 * channels)
        let name = "/ansa-decoder-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        let made = unsafe shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0o600)
        guard made >= 0 else { return nil }
        unsafe shm_unlink(name)
        // Above the numbers that the child will use.
        descriptor = fcntl(made, F_DUPFD_CLOEXEC, 16)
        _ = close(made)
        guard descriptor >= 0, ftruncate(descriptor, bytes) == 0,
            let mapped = unsafe mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
            unsafe mapped != MAP_FAILED
        else { return nil }
        unsafe base = mapped
        unsafe base.copyMemory(from: Array("ANSAEXT1".utf8), byteCount: 8)
        unsafe base.storeBytes(of: UInt32(channels), toByteOffset: 8, as: UInt32.self)
        unsafe base.storeBytes(of: UInt32(frames), toByteOffset: 12, as: UInt32.self)
        unsafe base.storeBytes(of: rate, toByteOffset: 16, as: Double.self)
    }

    deinit {
        unsafe munmap(base, bytes)
        _ = close(descriptor)
    }

    /// The decoder has said that it is ready.
    var isReady: Bool { unsafe base.load(fromByteOffset: Self.readyOffset, as: UInt32.self) == 1 }

    /// Puts a request where the decoder reads it.
    func ask(
        _ number: UInt64, input: UnsafePointer<Float>, frames: Int, stride: Int, envelope: UnsafePointer<Float>,
        bandPower: UnsafePointer<Float>, samples: Range<Int64>, valid: Int32, missing: Int32
    ) {
        publish(number, at: Self.requestOffset)
        unsafe base.storeBytes(of: samples.lowerBound, toByteOffset: 80, as: Int64.self)
        unsafe base.storeBytes(of: samples.upperBound, toByteOffset: 88, as: Int64.self)
        unsafe base.storeBytes(of: UInt32(bitPattern: valid), toByteOffset: 96, as: UInt32.self)
        unsafe base.storeBytes(of: UInt32(bitPattern: missing), toByteOffset: 100, as: UInt32.self)
        let row = channels * 4
        for frame in 0..<min(frames, self.frames) {
            unsafe (base + Self.samplesOffset + frame * row).copyMemory(from: input + frame * stride, byteCount: row)
        }
        let after = unsafe base + Self.samplesOffset + self.frames * row
        unsafe after.copyMemory(from: envelope, byteCount: row)
        unsafe (after + row).copyMemory(from: bandPower, byteCount: row)
        publish(number, at: Self.requestOffset + 8)
    }

    /// The answer to request `number`, or nil while it is not there whole.
    func answer(to number: UInt64) -> ExternalAnswer? {
        guard word(at: Self.answerOffset + 8) == number, word(at: Self.answerOffset) == number else { return nil }
        let answer = unsafe ExternalAnswer(
            firstSample: base.load(fromByteOffset: 144, as: Int64.self),
            endSample: base.load(fromByteOffset: 152, as: Int64.self),
            value: base.load(fromByteOffset: 160, as: Float.self),
            second: base.load(fromByteOffset: 164, as: Float.self),
            confidence: base.load(fromByteOffset: 168, as: Float.self),
            isValid: base.load(fromByteOffset: 172, as: UInt32.self) == 1)
        return word(at: Self.answerOffset) == number ? answer : nil
    }

    // Exchanges of one word, so that neither the compiler nor the processor moves what lies around them.

    private func publish(_ number: UInt64, at offset: Int) {
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        unsafe base.storeBytes(of: number, toByteOffset: offset, as: UInt64.self)
        atomicMemoryFence(ordering: .sequentiallyConsistent)
    }

    private func word(at offset: Int) -> UInt64 {
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        let word = unsafe base.load(fromByteOffset: offset, as: UInt64.self)
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return word
    }
}

/// What another process answered, not yet checked.
struct ExternalAnswer: Sendable, BitwiseCopyable {
    var firstSample: Int64
    var endSample: Int64
    var value: Float
    var second: Float
    var confidence: Float
    var isValid: Bool
}
