import Glibc
public import Signal

/// A recording at another rate, by polyphase filtering: only for a profile that asks for it.
///
/// Between the rates stands a linear-phase low-pass, a sinc of 20·max(up, down) + 1 taps under a Kaiser window of
/// β = 5, without delay; behind the ends of a stretch without gaps the signal counts as 0. Every stretch is filtered by
/// itself, so that no value crosses a gap. The new instants stand at multiples of the new period from the first sample.
///
/// Source: Crochiere & Rabiner 1983, Multirate Digital Signal Processing, §3.3; window and length as
/// scipy.signal.resample_poly chooses them.
public final class ResampledRecording: RecordingReader {
    public let montage: Montage
    public let rate: (numerator: Int64, denominator: Int64)
    public let frames: Int64
    public let gaps: [RecordingGap]
    public let warnings: [RecordingWarning]
    private let reader: any RecordingReader
    private let up: Int64
    private let down: Int64
    private let taps: [Double]
    private let pieces: [Piece]
    private var rows: [Float] = []

    /// A stretch without gaps: stored instants of the source and the new instants among them.
    private struct Piece {
        /// First stored instant, where it stands in time, and how many.
        let stored: Int64
        let start: Int64
        let count: Int64
        /// First new instant as stored here, where it stands in the new time, and how many.
        let newStored: Int64
        let newStart: Int64
        let newCount: Int64
    }

    /// `reader` at `rate` Hz.
    ///
    /// - Throws: where the ratio of the rates needs more than 4,096 steps on either side.
    public init(
        _ reader: any RecordingReader, to rate: (numerator: Int64, denominator: Int64)
    ) throws(RecordingError) {
        let a = rate.numerator.multipliedReportingOverflow(by: reader.rate.denominator)
        let b = rate.denominator.multipliedReportingOverflow(by: reader.rate.numerator)
        guard !a.overflow, !b.overflow, a.partialValue > 0, b.partialValue > 0 else {
            throw RecordingError(file: "resample", text: "the rates cannot be compared")
        }
        let ratio = RecordingText.reduced(a.partialValue, b.partialValue)
        guard ratio.numerator <= 4_096, ratio.denominator <= 4_096 else {
            throw RecordingError(
                file: "resample",
                text: "from \(Double(reader.rate.numerator) / Double(reader.rate.denominator)) Hz to "
                    + "\(Double(rate.numerator) / Double(rate.denominator)) Hz is \(ratio.numerator) to "
                    + "\(ratio.denominator); at most 4096 on either side")
        }
        self.reader = reader
        self.rate = rate
        (up, down) = (ratio.numerator, ratio.denominator)
        taps = ResampledRecording.taps(up: Int(up), down: Int(down))
        montage = reader.montage
        warnings = reader.warnings
        pieces = ResampledRecording.pieces(reader, up: up, down: down)
        frames = pieces.last.map { $0.newStored + $0.newCount } ?? 0
        gaps = zip(pieces, pieces.dropFirst()).compactMap { earlier, later in
            let missing = later.newStart - earlier.newStart - earlier.newCount
            return missing > 0 ? RecordingGap(before: later.newStored, count: missing) : nil
        }
    }

    public func read(first: Int64, count: Int, into: UnsafeMutableBufferPointer<Float>) throws(RecordingError) {
        guard first >= 0, count >= 0, first <= frames, Int64(count) <= frames - first,
            into.count >= count * montage.channels.count
        else {
            throw RecordingError(file: "resample", text: "samples \(first) + \(count) asked, 0 to \(frames) exist")
        }
        var done: Int64 = 0
        for piece in pieces where piece.newStored + piece.newCount > first + done && done < count {
            let from = first + done - piece.newStored
            let here = min(Int64(count) - done, piece.newCount - from)
            try unsafe fill(piece, from: from, count: here, into: into, at: Int(done))
            done += here
        }
    }

    /// y[m] = Σ h[half + m·down − k·up] · x[k] over the stretch's own k, all counted from the first instant.
    private func fill(
        _ piece: Piece, from: Int64, count: Int64, into: UnsafeMutableBufferPointer<Float>, at: Int
    ) throws(RecordingError) {
        let channels = montage.channels.count
        let half = Int64(taps.count / 2)
        let m = (piece.newStart + from)..<(piece.newStart + from + count)
        let low = max(piece.start, ResampledRecording.ceiling(m.lowerBound * down - half, up))
        let high = min(piece.start + piece.count - 1, ((m.upperBound - 1) * down + half) / up)
        guard low <= high else { return }
        try load(first: piece.stored + low - piece.start, count: Int(high - low + 1))
        for index in m {
            let centre = index * down + half
            let first = max(low, ResampledRecording.ceiling(index * down - half, up))
            let last = min(high, (index * down + half) / up)
            for channel in 0..<channels {
                var sum = 0.0
                var k = first
                while k <= last {
                    sum += taps[Int(centre - k * up)] * Double(rows[Int(k - low) * channels + channel])
                    k += 1
                }
                unsafe into[(at + Int(index - m.lowerBound)) * channels + channel] = Float(sum)
            }
        }
    }

    private func load(first: Int64, count: Int) throws(RecordingError) {
        let needed = count * montage.channels.count
        if rows.count < needed { rows = [Float](repeating: 0, count: needed) }
        var failure: RecordingError?
        unsafe rows.withUnsafeMutableBufferPointer { all in
            do throws(RecordingError) { unsafe try reader.read(first: first, count: count, into: all) } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    private static func ceiling(_ value: Int64, _ divisor: Int64) -> Int64 {
        value <= 0 ? -(-value / divisor) : (value + divisor - 1) / divisor
    }

    private static func pieces(_ reader: any RecordingReader, up: Int64, down: Int64) -> [Piece] {
        var pieces: [Piece] = []
        var (stored, start, new): (Int64, Int64, Int64) = (0, 0, 0)
        for gap in reader.gaps + [RecordingGap(before: reader.frames, count: 0)] {
            let count = gap.before - stored
            let first = ceiling(start * up, down)
            let end = ceiling((start + count) * up, down)
            pieces.append(
                Piece(
                    stored: stored, start: start, count: count, newStored: new, newStart: first, newCount: end - first))
            new += end - first
            start += count + gap.count
            stored = gap.before
        }
        return pieces
    }

    /// A low-pass at the lower of the two Nyquist rates, times `up`, which makes up for the zeros between samples.
    private static func taps(up: Int, down: Int) -> [Double] {
        let steps = max(up, down)
        let half = 10 * steps
        guard steps > 1 else { return [1] }
        let cutoff = 1 / Double(steps)
        var taps = (-half...half).map { n in
            let x = Double(n) * cutoff
            let sinc = n == 0 ? 1 : sin(Double.pi * x) / (Double.pi * x)
            let place = Double(n) / Double(half)
            return cutoff * sinc * bessel(5 * (1 - place * place).squareRoot()) / bessel(5)
        }
        let sum = taps.reduce(0, +)
        for index in taps.indices { taps[index] *= Double(up) / sum }
        return taps
    }

    /// The modified Bessel function of the first kind and order 0, by its power series (Abramowitz & Stegun 9.6.12).
    private static func bessel(_ x: Double) -> Double {
        var (term, sum) = (1.0, 1.0)
        for k in 1...60 {
            term *= x * x / 4 / Double(k * k)
            sum += term
        }
        return sum
    }
}
