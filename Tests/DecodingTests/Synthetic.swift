import Decoding
import Foundation
import Neuromorphic
import Signal

/// A signal made for these tests: noise of 16–20 Hz whose amplitude bursts, scaled to a mean rectified value.
enum Synthetic {
    /// SplitMix64 (Steele, Lea, Flood 2014), for noise that is the same on every run.
    struct Noise {
        var state: UInt64
        mutating func uniform() -> Double {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return Double((z ^ (z >> 31)) >> 11) / Double(1 << 53)
        }
        mutating func normal() -> Double {
            (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
        }
    }

    /// Beta bursts at `rate` Hz: a phase at 18 Hz with drift, amplitude 1 + 0.8·OU of 120 ms, at least 0.1.
    static func bursts(seconds: Double, rate: Double, mean: Double, seed: UInt64) -> [Float] {
        var noise = Noise(state: seed)
        let keep = exp(-1 / (0.12 * rate))
        let kick = (1 - keep * keep).squareRoot()
        var (drift, phase) = (0.0, 0.0)
        var signal: [Double] = []
        for _ in 0..<Int(seconds * rate) {
            drift = keep * drift + kick * noise.normal()
            phase += 2 * .pi * (18 + 1.5 * drift) / rate
            signal.append(max(0.1, 1 + 0.8 * drift) * sin(phase))
        }
        let size = signal.reduce(0) { $0 + abs($1) } / Double(signal.count)
        return signal.map { Float($0 * mean / size) }
    }

    /// The reference: exponential mean of 100 ms of the rectified signal, as x += (|s| − x)/(100 ms · rate).
    static func envelope(_ signal: [Float], rate: Double) -> [Float] {
        var mean = 0.0
        return signal.map { sample in
            mean += (abs(Double(sample)) - mean) / (0.1 * rate)
            return Float(mean)
        }
    }

    /// Decides block by block; `validity` may spoil a block.
    static func decide(
        _ decoder: any Decoder, _ signal: [Float], frames: Int, rate: Double,
        validity: (Int) -> SignalValidity = { _ in SignalValidity(channels: 1) }
    ) -> [Decision] {
        let envelope = envelope(signal, rate: rate)
        var decisions: [Decision] = []
        for block in 0..<(signal.count / frames) {
            let samples = Array(signal[(block * frames)..<((block + 1) * frames)])
            let value = [envelope[(block + 1) * frames - 1]]
            decisions.append(
                unsafe decoder.decode(
                    input: samples, frames: frames, stride: 1, envelope: value, bandPower: value,
                    firstSample: Int64(block * frames), validity: validity(block)))
        }
        return decisions
    }

    /// Pearson's correlation.
    static func correlation(_ a: [Float], _ b: [Float]) -> Double {
        let (x, y) = (a.map(Double.init), b.map(Double.init))
        let (mx, my) = (x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
        let cross = zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) }
        let (sx, sy) = (x.reduce(0) { $0 + ($1 - mx) * ($1 - mx) }, y.reduce(0) { $0 + ($1 - my) * ($1 - my) })
        return cross / (sx * sy).squareRoot()
    }

    /// A fresh file name in the temporary folder.
    static func temporaryPath(_ name: String) -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + "-" + name).path
    }

    /// The package's folder.
    static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// A file's bytes.
    static func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }
}
