import Signal

extension Conditioner {
    /// Runs every branch on a copy, so that the first tick meets nothing for the first time.
    ///
    /// This conditioner's own state is not touched. Cold: it allocates.
    public func warmUp() {
        guard let copy = try? Conditioner(configuration: configuration) else { return }
        let block = Block(format: configuration.format)
        for tick in 0..<200 {
            block.header.firstSample = Int64(tick * frames)
            block.header.missingCount = tick % 7 == 3 ? 1 : 0
            block.header.flags = tick % 11 == 5 ? [.disconnected] : []
            fill(block, tick)
            let end = block.header.firstSample + Int64(frames)
            let mark = StimulationMark(firstSample: end - 1, endSample: end + 1)
            unsafe withUnsafePointer(to: mark) { pointer in
                unsafe copy.process(block, marks: UnsafeBufferPointer(start: pointer, count: tick % 3))
            }
        }
        copy.reset()
    }

    /// A signal that meets every check of the intake: it ramps, it stands still, it is not finite.
    private func fill(_ block: Block, _ tick: Int) {
        let count = configuration.format.channels * frames
        for index in 0..<count {
            switch configuration.format.kind {
            case .int16: unsafe block.int16[index] = Int16(truncatingIfNeeded: tick * index)
            case .int32: unsafe block.int32[index] = Int32(truncatingIfNeeded: tick * index)
            case .float32: unsafe block.float32[index] = tick % 5 == 0 ? .nan : Float(tick * index % 97)
            }
        }
    }
}
