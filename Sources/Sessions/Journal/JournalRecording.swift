public import Signal

/// The raw samples of a session as a recording.
///
/// Samples that never arrived are NaN: nothing is made up for them. Blocks that are absent from the journal are too.
public final class JournalRecording: RecordingReader {
    public let montage: Montage
    public let rate: (numerator: Int64, denominator: Int64)
    public let frames: Int64
    public private(set) var warnings: [RecordingWarning] = []
    let format: BlockFormat
    /// The channels with the scales of their counts.
    let stored: Montage
    private let file: FileBytes
    /// Blocks in the order of their first samples: where the first sample is, and where in the file its bytes are.
    private let index: [Place]
    private var scratch: [UInt8] = []

    private struct Place {
        let firstSample: Int64
        let offset: Int64
        let missing: Range<Int>
    }

    /// The recording of the session in `directory`, closed or not.
    ///
    /// - Throws: when there is no session, or a record is damaged.
    public init(_ directory: String) throws(RecordingError) {
        let path = directory + "/" + SessionFolder.journal
        do throws(JournalError) {
            let header = try JournalReader(directory).header
            format = header.format
            stored = header.montage
            montage = Montage(stored.channels.map { Channel(label: $0.label, kind: $0.kind, unit: $0.unit) })
            rate = (format.rateNumerator, format.rateDenominator)
            index = try JournalRecording.places(directory, format: format)
        } catch { throw RecordingError(file: path, text: error.description) }
        do throws(FileBytesError) { file = try FileBytes(path) } catch {
            throw RecordingError(file: path, text: errorText(error.code))
        }
        guard montage.channels.count == format.channels else {
            throw RecordingError(
                file: path, text: "\(montage.channels.count) names for \(format.channels) channels in the header")
        }
        let blockFrames = format.frames
        frames = index.last.map { $0.firstSample + Int64(blockFrames) } ?? 0
        let held = Int64(index.count) * Int64(format.frames)
        if held < frames {
            warnings.append(
                RecordingWarning(
                    kind: "gap", place: path,
                    text: "\(frames - held) of \(frames) samples are absent; they read as NaN"))
        }
    }

    public func read(first: Int64, count: Int, into: UnsafeMutableBufferPointer<Float>) throws(RecordingError) {
        guard first >= 0, count >= 0, first + Int64(count) <= frames, into.count >= count * format.channels else {
            throw RecordingError(
                file: file.path, text: "samples \(first) to \(first + Int64(count)) asked, 0 to \(frames) exist")
        }
        for at in 0..<(count * format.channels) { unsafe into[at] = .nan }
        var block = firstBlock(endingAfter: first)
        while block < index.count, index[block].firstSample < first + Int64(count) {
            try unsafe copy(index[block], first: first, count: count, into: into)
            block += 1
        }
    }

    /// Instants that arrived, in order, next to each other where nothing is missing between them.
    var stretches: [Range<Int64>] {
        var result: [Range<Int64>] = []
        for place in index {
            let frames = Int64(format.frames)
            let lost = Int64(place.missing.lowerBound)..<min(Int64(place.missing.upperBound), frames)
            let parts = lost.isEmpty ? [0..<frames] : [0..<lost.lowerBound, lost.upperBound..<frames]
            for part in parts where !part.isEmpty {
                let first = place.firstSample + part.lowerBound
                if let last = result.last, last.upperBound == first {
                    result[result.count - 1] = last.lowerBound..<(first + Int64(part.count))
                } else {
                    result.append(first..<(first + Int64(part.count)))
                }
            }
        }
        return result
    }

    /// The bytes of `instants` as they are stored, frame by frame; all of them arrived.
    func storedBytes(_ instants: Range<Int64>) throws(RecordingError) -> [UInt8] {
        let row = format.channels * format.kind.byteCount
        var bytes: [UInt8] = []
        bytes.reserveCapacity(instants.count * row)
        var block = firstBlock(endingAfter: instants.lowerBound)
        while block < index.count, index[block].firstSample < instants.upperBound {
            let place = index[block]
            let here = instants.clamped(to: place.firstSample..<(place.firstSample + Int64(format.frames)))
            let offset = place.offset + (here.lowerBound - place.firstSample) * Int64(row)
            do throws(FileBytesError) { bytes += try file.bytes(at: offset, count: here.count * row) } catch {
                throw RecordingError(file: file.path, place: "byte \(offset)", text: errorText(error.code))
            }
            block += 1
        }
        guard bytes.count == instants.count * row else {
            throw RecordingError(file: file.path, text: "the instants \(instants) are not all in the journal")
        }
        return bytes
    }

    /// Copies what `place` has of the asked stretch.
    private func copy(
        _ place: Place, first: Int64, count: Int, into: UnsafeMutableBufferPointer<Float>
    ) throws(RecordingError) {
        do throws(FileBytesError) { scratch = try file.bytes(at: place.offset, count: format.byteCount) } catch {
            throw RecordingError(file: file.path, place: "byte \(place.offset)", text: errorText(error.code))
        }
        guard scratch.count == format.byteCount else {
            throw RecordingError(file: file.path, place: "byte \(place.offset)", text: "the block is cut short")
        }
        let channels = format.channels
        let from = max(first, place.firstSample)
        let to = min(first + Int64(count), place.firstSample + Int64(format.frames))
        unsafe scratch.withUnsafeBytes { raw in
            for instant in from..<to {
                let frame = Int(instant - place.firstSample)
                if place.missing.contains(frame) { continue }
                for channel in 0..<channels {
                    let value = unsafe sample(raw, at: frame * channels + channel)
                    unsafe into[Int(instant - first) * channels + channel] =
                        value * stored.channels[channel].unitsPerCount
                }
            }
        }
    }

    private func sample(_ raw: UnsafeRawBufferPointer, at index: Int) -> Float {
        switch format.kind {
        case .int16: unsafe Float(Int16(littleEndian: raw.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self)))
        case .int32: unsafe Float(Int32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self)))
        case .float32:
            unsafe Float(
                bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
        }
    }

    /// Index of the first block that ends after `sample`.
    private func firstBlock(endingAfter sample: Int64) -> Int {
        var (low, high) = (0, index.count)
        while low < high {
            let middle = (low + high) / 2
            if index[middle].firstSample + Int64(format.frames) > sample { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private static func places(_ directory: String, format: BlockFormat) throws(JournalError) -> [Place] {
        let reader = try JournalReader(directory)
        var places: [Place] = []
        while let (record, end) = try reader.nextWithEnd() {
            guard record.kind == .block else { continue }
            guard let block = BlockRecord(payload: record.payload), block.samples.count == format.byteCount,
                block.firstSample >= 0, block.firstSample < Int64.max / 4,
                block.missingStart >= 0, block.missingCount >= 0,
                places.last.map({ $0.firstSample + Int64(format.frames) <= block.firstSample }) ?? true
            else {
                throw .damaged(
                    JournalDamage(
                        file: SessionFolder.journal, offset: end, record: reader.records - 1,
                        text: "the block has another size than the header says, or is out of order"))
            }
            let offset = end - Int64(JournalFrame.trailerBytes + format.byteCount)
            let start = Int(block.missingStart)
            places.append(
                Place(
                    firstSample: block.firstSample, offset: offset,
                    missing: start..<(start + Int(block.missingCount))))
        }
        return places
    }
}
