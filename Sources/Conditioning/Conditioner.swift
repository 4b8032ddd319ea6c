public import Signal

/// Makes of stored samples what a decoder can use: scaled, free of stimulation artefacts, referenced, filtered,
/// measured.
///
///     let conditioner = try Conditioner(configuration: configuration)
///     conditioner.process(block, marks: marks)
///     conditioner.output[frame * conditioner.stride + channel]      // µV
///
/// In this order: scale and select; check validity; fill what is blanked or missing; reference; filter; envelope, band
/// power, spikes, digests. Everything is a function of the configuration, the blocks and the marks. Nothing allocates
/// after the initialiser.
///
/// ### Implementation Notes
///
/// A blank that is open at a block's end is filled provisionally. The filters' state before it is kept, and the next
/// block begins by filling and filtering those rows again, so that no extrapolation stays in any state. The output of a
/// block is never changed afterwards.
@safe public final class Conditioner: @unchecked Sendable {
    public let configuration: ConditioningConfiguration
    /// Channels in ``output``.
    public let outputChannels: Int
    /// Values from one frame of ``output`` to the next: ``outputChannels`` rounded up to a multiple of 8.
    public let stride: Int
    /// The conditioned block, frame by frame, in µV.
    public let output: UnsafeMutableBufferPointer<Float>
    /// The exponential mean of the rectified output of each channel at the block's end, in µV.
    public let envelope: UnsafeMutableBufferPointer<Float>
    /// The RMS of the output of each channel over the window that ends with the block, in µV.
    public let bandPower: UnsafeMutableBufferPointer<Float>
    /// One digest for each output channel: of its samples, envelope and band power in this block.
    public let digests: UnsafeMutableBufferPointer<UInt32>
    /// The spikes found in this block, by output channel; empty without spike detection.
    public let spikes: SpikeTrain
    /// What is known against the selected channels in this block.
    public private(set) var validity: SignalValidity

    let intake: Intake
    let filler: ArtefactFill
    let referencing: Referencing
    let bank: BiquadBank
    let level: Envelope
    let power: BandPower
    let detector: SpikeDetector?
    let digester: ChannelDigests
    let watch: DisturbanceWatch
    /// Selected channels that the watched one is made of.
    private let watched: (first: Int, second: Int)
    /// Scaled samples, referenced samples, filtered samples; the block begins at row ``base`` of each.
    let raw, referenced, filtered: SampleRows
    let base: Int
    let frames: Int
    let history: Int
    /// Rows of an open blank that are kept from the block before.
    var pending = 0
    private var gap: Int64 = 0
    private var nextSample: Int64?

    /// A conditioner at rest.
    ///
    /// - Throws: when the configuration makes no sense.
    public init(configuration: ConditioningConfiguration) throws(ConditioningError) {
        try configuration.validate()
        self.configuration = configuration
        let format = configuration.format, count = configuration.outputChannels
        let spread = (Double(configuration.blanking.after.value) * 1e-6 * format.rate).rounded(.up)
        frames = format.frames
        history = ArtefactFill.history(configuration.blanking.fill)
        base = history + max(format.frames, 2 * Int(spread) + 4)
        outputChannels = count
        raw = SampleRows(rows: base + frames, channels: configuration.channels.count)
        filtered = SampleRows(rows: base + frames, channels: count)
        referencing = Referencing(configuration)
        referenced = referencing.isIdentity ? raw : SampleRows(rows: base + frames, channels: count)
        intake = Intake(configuration)
        filler = ArtefactFill(fill: configuration.blanking.fill, rows: raw, rate: format.rate)
        bank = BiquadBank(biquads: configuration.biquads, channels: count)
        level = Envelope(timeConstant: configuration.envelopeTimeConstant, rate: format.rate, channels: count)
        power = BandPower(window: configuration.bandPowerWindow, rate: format.rate, frames: frames, channels: count)
        detector = configuration.spikeDetection.map {
            SpikeDetector($0, rate: format.rate, frames: format.frames, channels: count)
        }
        digester = ChannelDigests(channels: count)
        watch = DisturbanceWatch(configuration)
        watched = configuration.watchedChannels
        spikes = detector?.spikes ?? SpikeTrain(capacity: 1)
        validity = SignalValidity(channels: Int32(configuration.channels.count))
        stride = filtered.groups * 8
        unsafe output = UnsafeMutableBufferPointer(start: filtered.floats(base), count: frames * filtered.groups * 8)
        unsafe envelope = UnsafeMutableBufferPointer(start: level.values.floats(0), count: count)
        unsafe bandPower = UnsafeMutableBufferPointer(start: power.values.floats(0), count: count)
        unsafe digests = UnsafeMutableBufferPointer(start: digester.values, count: count)
    }

    /// Conditions one block; `marks` are the samples that stimulation disturbs, in any order, also beyond the block.
    public func process(_ block: Block, marks: UnsafeBufferPointer<StimulationMark>) {
        precondition(block.format == configuration.format)
        unsafe classify(block.header, marks)
        intake.begin()
        for frame in 0..<frames where filler.state(base + frame) == .present {
            unsafe intake.read(block, frame: frame, into: raw.row(base + frame))
        }
        assess(block.header)
        validity.isWatchedLost = isWatchedLost(block)
        let end = base + frames
        let start = base - pending
        let open = filler.fill(start..<end)
        filler.learn(base..<end)
        referencing.process(start..<end, from: raw, to: referenced)
        validity.isDisturbed = watch.process(base..<end, of: referenced, isLost: validity.isWatchedLost) {
            filler.state($0) == .present
        }
        let kept = end - open <= base - history ? end - open : 0
        filter(start: start, end: end, keeping: kept)
        power.process(base..<end, of: filtered)
        detect(block.header.firstSample)
        digester.process(base..<end, of: filtered, envelope: level.values, power: power.values)
        retain(kept)
    }

    /// What was found against selected channel `index` in this block.
    public func faults(ofSelected index: Int) -> ChannelFaults { intake.faults(of: index) }

    /// Back to the state after the initialiser.
    public func reset() {
        intake.reset()
        filler.reset()
        bank.reset()
        level.reset()
        power.reset()
        detector?.reset()
        watch.reset()
        referenced.clear()
        filtered.clear()
        digester.reset()
        validity = SignalValidity(channels: Int32(configuration.channels.count))
        pending = 0
        gap = 0
        nextSample = nil
    }
}

extension Conditioner {
    /// Marks each row of the block as present, blanked or missing.
    private func classify(_ header: BlockHeader, _ marks: UnsafeBufferPointer<StimulationMark>) {
        for row in base..<base + frames { unsafe filler.states[row] = RowState.present.rawValue }
        for index in 0..<marks.count {
            let mark = unsafe marks[index]
            let first = max(mark.firstSample, header.firstSample)
            let end = min(mark.endSample, header.firstSample + Int64(frames))
            guard first < end else { continue }
            for row in base + Int(first - header.firstSample)..<base + Int(end - header.firstSample) {
                unsafe filler.states[row] = RowState.blanked.rawValue
            }
        }
        var absent = 0..<frames
        if !header.flags.contains(.disconnected) {
            absent = header.missingCount > 0 ? header.missing.clamped(to: absent) : 0..<0
        }
        for frame in absent { unsafe filler.states[base + frame] = RowState.missing.rawValue }
    }

    /// Sums up gaps and channel faults.
    private func assess(_ header: BlockHeader) {
        if let expected = nextSample, header.firstSample > expected { gap += header.firstSample - expected }
        nextSample = header.firstSample + Int64(frames)
        var longest = gap, present = 0, blanked = 0
        for row in base..<base + frames {
            switch filler.state(row) {
            case .missing: gap += 1
            case .present: (gap, present) = (0, present + 1)
            case .blanked: (gap, blanked) = (0, blanked + 1)
            }
            longest = max(longest, gap)
        }
        let count = configuration.channels.count
        var found = SignalValidity(channels: Int32(count))
        found.gapSamples = Int32(clamping: longest)
        for index in 0..<count {
            let faults = intake.faults(of: index)
            if faults.isEmpty { continue }
            found.validChannels -= 1
            if faults.contains(.saturated) { found.saturatedChannels += 1 }
            if faults.contains(.flat) { found.flatChannels += 1 }
            if faults.contains(.nonFinite) { found.nonFiniteChannels += 1 }
        }
        if header.flags.contains(.saturated), blanked == 0, found.saturatedChannels == 0 {
            found.saturatedChannels = 1
            found.validChannels = max(0, found.validChannels - 1)
        }
        if present == 0, blanked == 0 { found.validChannels = 0 }
        validity = found
    }

    /// Saturated for too long, or flat, in what the watched channel is made of.
    private func isWatchedLost(_ block: Block) -> Bool {
        let faults = intake.faults(of: watched.first).union(intake.faults(of: watched.second))
        var saturated = 0
        if block.header.flags.contains(.saturated), validity.saturatedChannels > 0 {
            saturated = frames
        } else if faults.contains(.saturated) {
            for frame in 0..<frames where filler.state(base + frame) == .present {
                let isOut = intake.isSaturated(block, frame: frame, watched.first)
                if isOut || intake.isSaturated(block, frame: frame, watched.second) { saturated += 1 }
            }
        }
        return watch.saturate(saturated) || faults.contains(.flat)
    }

    /// Filters rows `start..<end`, and remembers the state before the last `kept` of them.
    private func filter(start: Int, end: Int, keeping kept: Int) {
        if pending > 0 {
            bank.restore()
            level.restore()
        }
        advance(start..<end - kept)
        guard kept > 0 else { return }
        bank.save()
        level.save()
        advance(end - kept..<end)
    }

    private func advance(_ range: Range<Int>) {
        unsafe bank.process(
            input: UnsafePointer(referenced.row(range.lowerBound)), output: filtered.row(range.lowerBound),
            frames: range.count)
        level.process(range, of: filtered)
    }

    private func detect(_ firstSample: Int64) {
        guard let detector else { return }
        detector.begin()
        for frame in 0..<frames {
            unsafe detector.process(
                filtered.row(base + frame), groups: filtered.groups, sample: firstSample + Int64(frame),
                isPresent: filler.state(base + frame) == .present)
        }
    }

    /// Keeps the newest rows: an open blank, and before it what a fill may look at.
    private func retain(_ kept: Int) {
        let rows = kept + history
        raw.move(from: base + frames - rows, to: base - rows, count: rows)
        for row in 0..<rows {
            unsafe filler.states[base - rows + row] = filler.states[base + frames - rows + row]
        }
        pending = kept
    }
}
