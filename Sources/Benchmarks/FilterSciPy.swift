import Conditioning
import Foundation

/// `scipy.signal.sosfilt` in a Python beside us, which runs one slice whenever it is asked.
///
/// Each slice filters blocks of `frames` in sequence, state carried, for about 3 ms of its own thread's CPU time. The
/// channels lie along the first axis, where scipy is fastest, in single precision as ours.
final class SciPyFilter {
    private let process = Process()
    private let questions = Pipe()
    private let answers = Pipe()

    /// Nil when `python` cannot be started or has no scipy.
    init?(python: String, cascade: [Biquad], channels: Int, frames: Int) {
        let rows = cascade.map { "[\($0.b0),\($0.b1),\($0.b2),1.0,\($0.a1),\($0.a2)]" }.joined(separator: ",")
        process.executableURL = URL(filePath: python)
        process.arguments = ["-c", Self.program, "[\(rows)]", String(channels), String(frames)]
        process.environment = ["OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"]
        process.standardInput = questions
        process.standardOutput = answers
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil, line() == "ready" else { return nil }
    }

    deinit {
        try? questions.fileHandleForWriting.close()
        if process.isRunning { process.waitUntilExit() }
    }

    /// Million channel-samples a second in one slice, or nil when the other side has ended.
    func slice() -> Double? {
        guard process.isRunning else { return nil }
        questions.fileHandleForWriting.write(Data("\n".utf8))
        return line().flatMap(Double.init)
    }

    private func line() -> String? {
        var bytes: [UInt8] = []
        while let byte = try? answers.fileHandleForReading.read(upToCount: 1)?.first {
            if byte == 10 { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        return nil
    }

    private static let program = """
        import sys, json, time
        import numpy as np
        from scipy.signal import sosfilt
        sos = np.array(json.loads(sys.argv[1]), dtype=np.float32)
        channels, frames = int(sys.argv[2]), int(sys.argv[3])
        x = np.random.default_rng(1).standard_normal((channels, frames)).astype(np.float32)
        zi = np.zeros((len(sos), channels, 2), dtype=np.float32)
        y, zi = sosfilt(sos, x, axis=-1, zi=zi)
        print("ready", flush=True)
        for _ in sys.stdin:
            start = now = time.thread_time()
            done = 0
            while now - start < 0.003:
                y, zi = sosfilt(sos, x, axis=-1, zi=zi)
                done += 1
                now = time.thread_time()
            print(done * channels * frames / (now - start) / 1e6, flush=True)
        """
}
