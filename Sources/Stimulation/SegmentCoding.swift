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

extension Evidence {
    /// 80 bytes: mode u8, 3 zeros, flags u32, then token age, lease end, acknowledgements, latch, sample age, gap,
    /// valid channels, deadline misses and confidence, each 64 bits.
    func encode(into buffer: RecordBuffer) {
        buffer.put(mode.rawValue)
        buffer.put(UInt8(0))
        buffer.put(UInt16(0))
        buffer.put(flags)
        buffer.put(tokenAge.value)
        buffer.put(leaseEnd.value)
        buffer.put(acknowledgementsMissing)
        buffer.put(latch)
        buffer.put(sampleAge.value)
        buffer.put(gap.value)
        buffer.put(validChannels)
        buffer.put(deadlineMissesInWindow)
        buffer.put(confidence)
    }

    /// Nil where the mode or a flag has no meaning.
    init?(decoding buffer: RecordBuffer) {
        self.init()
        guard let mode = Mode(rawValue: buffer.take()) else { return nil }
        self.mode = mode
        _ = buffer.take(UInt8.self)
        _ = buffer.take(UInt16.self)
        let flags = buffer.take(UInt32.self)
        guard flags < 1 << 9 else { return nil }
        self.flags = flags
        tokenAge = Microseconds(buffer.take())
        leaseEnd = Microseconds(buffer.take())
        acknowledgementsMissing = buffer.take()
        latch = buffer.take()
        sampleAge = Microseconds(buffer.take())
        gap = Microseconds(buffer.take())
        validChannels = buffer.take()
        deadlineMissesInWindow = buffer.take()
        confidence = buffer.take()
    }

    private var flags: UInt32 {
        get {
            func bit(_ value: Bool, _ place: UInt32) -> UInt32 { value ? 1 << place : 0 }
            return bit(isArmed, 0) | bit(limitsValid, 1) | bit(limitsExpired, 2) | bit(actorsHealthy, 3)
                | bit(stopRequested, 4) | bit(sequenceValid, 5) | bit(signalSaturatedOrFlat, 6) | bit(decoderValid, 7)
                | bit(realtimeOrVirtual, 8)
        }
        set {
            isArmed = newValue & 1 != 0
            limitsValid = newValue & 2 != 0
            limitsExpired = newValue & 4 != 0
            actorsHealthy = newValue & 8 != 0
            stopRequested = newValue & 16 != 0
            sequenceValid = newValue & 32 != 0
            signalSaturatedOrFlat = newValue & 64 != 0
            decoderValid = newValue & 128 != 0
            realtimeOrVirtual = newValue & 256 != 0
        }
    }
}
