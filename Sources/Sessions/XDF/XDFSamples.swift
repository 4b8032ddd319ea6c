import Signal

/// The samples of one chunk of an XDF stream, walked one after the other.
struct XDFSamples {
    /// Samples that the chunk announces.
    let announced: Int
    private let bytes: [UInt8]
    private let storage: XDFChunks.Storage
    private let channels: Int
    private var at: Int

    /// nil: the content does not even hold the number of its samples.
    init?(_ bytes: [UInt8], storage: XDFChunks.Storage, channels: Int) {
        guard let width = bytes.first, [1, 4, 8].contains(width), bytes.count > Int(width) else { return nil }
        let count = XDFChunks.number(bytes[1...Int(width)])
        announced = Int(clamping: count)
        self.bytes = bytes
        self.storage = storage
        self.channels = channels
        at = 1 + Int(width)
    }

    /// The next sample's own stamp (nil: it has none) and where its values begin; nil where none is left.
    mutating func next() -> (stamp: Double?, place: Int)? {
        guard at < bytes.count else { return nil }
        let width = Int(bytes[at])
        guard width == 0 || width == 8, at + 1 + width <= bytes.count else { return nil }
        let stamp = width == 8 ? Double(bitPattern: XDFChunks.number(bytes[(at + 1)..<(at + 9)])) : nil
        let place = at + 1 + width
        guard let end = end(of: place) else { return nil }
        at = end
        return (stamp, place)
    }

    private func end(of place: Int) -> Int? {
        if let size = storage.byteCount {
            let end = place + size * channels
            return end <= bytes.count ? end : nil
        }
        var end = place
        for _ in 0..<channels {
            guard let (_, next) = textRange(end) else { return nil }
            end = next
        }
        return end
    }

    /// The bytes of a text at `place`, and what follows it.
    private func textRange(_ place: Int) -> (Range<Int>, Int)? {
        guard place < bytes.count else { return nil }
        let width = Int(bytes[place])
        guard [1, 4, 8].contains(width), place + width < bytes.count else { return nil }
        let length = XDFChunks.number(bytes[(place + 1)...(place + width)])
        let start = place + 1 + width
        guard length <= UInt64(bytes.count - start) else { return nil }
        return (start..<(start + Int(length)), start + Int(length))
    }

    /// The texts of a sample whose values begin at `place`.
    func texts(_ place: Int) -> [String] {
        var result: [String] = []
        var next = place
        while result.count < channels, let (range, end) = textRange(next) {
            result.append(RecordingText.utf8(bytes[range]) ?? RecordingText.latin1(bytes[range]))
            next = end
        }
        return result
    }

    /// The number of channel `channel` of a sample whose values begin at `place`.
    func value(_ place: Int, channel: Int) -> Double {
        guard let size = storage.byteCount else { return .nan }
        let word = XDFChunks.number(bytes[(place + channel * size)..<(place + (channel + 1) * size)])
        return switch storage {
        case .int8: Double(Int8(truncatingIfNeeded: word))
        case .int16: Double(Int16(truncatingIfNeeded: word))
        case .int32: Double(Int32(truncatingIfNeeded: word))
        case .int64: Double(Int64(bitPattern: word))
        case .float32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: word)))
        case .double64: Double(bitPattern: word)
        case .string: .nan
        }
    }
}
