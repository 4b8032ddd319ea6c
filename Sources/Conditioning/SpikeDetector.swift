import Glibc
import Signal

/// Finds where a channel falls below a multiple of its own running RMS.
///
/// Both the RMS and the refractory time advance sample by sample, so that a result does not depend on how the signal is
/// cut into blocks. Rows that are not present hold no spikes and teach the RMS nothing.
@safe final class SpikeDetector: @unchecked Sendable {
    let spikes: SpikeTrain
    private let channels: Int
    private let threshold: Float
    private let share: Float
    private let refractory: Float
    private let settling: Int64
    /// Mean square; samples for which a channel must still be silent.
    private let power, silence: SampleRows
    private var learned: Int64 = 0

    init(_ detection: SpikeDetection, rate: Double, frames: Int, channels: Int) {
        self.channels = channels
        threshold = detection.threshold * detection.threshold
        share = Float(-expm1(-1 / (detection.rmsTimeConstant * rate)))
        refractory = Float(max(1, (detection.refractory * rate).rounded(.up)) - 1)
        settling = Int64((detection.rmsTimeConstant * rate / 10).rounded(.up))
        power = SampleRows(rows: 1, channels: channels)
        silence = SampleRows(rows: 1, channels: channels)
        spikes = SpikeTrain(capacity: channels * (frames / (Int(refractory) + 1) + 1))
    }

    /// Forgets the spikes of the block before.
    func begin() { spikes.removeAll() }

    /// One row, sampled at `sample`.
    func process(_ row: UnsafeMutablePointer<Octet>, groups: Int, sample: Int64, isPresent: Bool) {
        let one = Octet(repeating: 1), zero = Octet(repeating: 0)
        guard isPresent else {
            for group in 0..<groups {
                let left = unsafe silence.row(0)[group] - one
                unsafe silence.row(0)[group] = left.replacing(with: zero, where: left .< zero)
            }
            return
        }
        learned += 1
        let rise = Octet(repeating: max(share, 1 / Float(learned)))
        let isSettled = learned > settling
        for group in 0..<groups {
            let x = unsafe row[group]
            let square = x * x
            let mean = unsafe power.row(0)[group]
            let rest = unsafe silence.row(0)[group]
            let fires = (square .> mean * threshold) .& (x .< zero) .& (rest .<= zero)
            unsafe power.row(0)[group] = mean.addingProduct(rise, square - mean)
            let left = (rest - one).replacing(with: zero, where: rest .< one)
            guard isSettled else { continue }
            unsafe silence.row(0)[group] = left.replacing(with: Octet(repeating: refractory), where: fires)
            if any(fires) { report(fires, group, sample) }
        }
    }

    private func report(_ fires: SIMDMask<SIMD8<Int32>>, _ group: Int, _ sample: Int64) {
        for lane in 0..<8 where fires[lane] && group * 8 + lane < channels {
            spikes.append(Spike(sample: sample, unit: Int32(group * 8 + lane)))
        }
    }

    func reset() {
        spikes.removeAll()
        power.clear()
        silence.clear()
        learned = 0
    }
}
