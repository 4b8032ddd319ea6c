import Interlocks
import Signal

extension Segment {
    /// 64 bytes: pair i32, waveform u8, 3 zeros, then amplitude nA, width, interphase, period µs, pulses, first pulse
    /// µs and imbalance ppm, each i64.
    func encode(into buffer: RecordBuffer) {
        buffer.put(pair)
        buffer.put(waveform.rawValue)
        buffer.put(UInt8(0))
        buffer.put(UInt16(0))
        buffer.put(amplitude.value)
        buffer.put(width.value)
        buffer.put(interphase.value)
        buffer.put(period.value)
        buffer.put(pulses)
        buffer.put(firstPulse.value)
        buffer.put(imbalance.value)
    }

    /// Nil where the waveform has no meaning.
    init?(decoding buffer: RecordBuffer) {
        let pair = buffer.take(Int32.self)
        guard let waveform = Waveform(rawValue: buffer.take()) else { return nil }
        _ = buffer.take(UInt8.self)
        _ = buffer.take(UInt16.self)
        self.init(
            pair: pair, waveform: waveform, amplitude: Nanoamperes(buffer.take()), width: Microseconds(buffer.take()),
            interphase: Microseconds(buffer.take()), period: Microseconds(buffer.take()), pulses: buffer.take(),
            firstPulse: Microseconds(buffer.take()), imbalance: PartsPerMillion(buffer.take()))
    }
}
