import Signal

/// The chunks of an XDF file: where each stream's samples are, its clock offsets, its header.
///
/// Samples are passed over by their chunk's length. A length that does not fit is a warning, and reading goes on
/// behind the next boundary chunk. Source: sccn/xdf, "Specifications".
struct XDFChunks {
    enum Storage: String, CaseIterable {
        case int8, int16, int32, int64, float32, double64, string

        /// Bytes of a value; nil for text.
        var byteCount: Int? {
            switch self {
            case .int8: 1
            case .int16: 2
            case .int32, .float32: 4
            case .int64, .double64: 8
            case .string: nil
            }
        }
    }

    struct Stream {
        let id: UInt32
        let header: XDFElement
        let storage: Storage
        let channels: Int
        /// Hz as the header spells it; nil for irregular streams.
        let rate: RecordedRate?
        var chunks: [Samples] = []
        var offsets = XDFOffsets()
    }

    /// A samples chunk: its content behind the stream's number.
    struct Samples {
        let offset: Int64
        let length: Int
    }

    let path: String
    private(set) var fileHeader: XDFElement?
    private(set) var streams: [Stream] = []
    private(set) var warnings: [RecordingWarning] = []
    private var places: [UInt32: Int] = [:]
    private var unknown: Set<UInt32> = []
    private let file: FileBytes
    private static let boundary: [UInt8] = [
        0x43, 0xA5, 0x46, 0xDC, 0xCB, 0xF5, 0x41, 0x0F, 0xB3, 0x0E, 0xD5, 0x46, 0x73, 0x83, 0xCB, 0xE4,
    ]

    init(_ file: FileBytes) throws(RecordingError) {
        self.file = file
        path = file.path
        guard try bytes(0, 4) == Array("XDF:".utf8) else {
            throw RecordingError(file: path, place: "byte 0", text: "no XDF file; it begins with 'XDF:'")
        }
        var at: Int64 = 4
        while at < file.size {
            guard let (content, end) = try chunk(at) else {
                let next = try resume(behind: at)
                let text =
                    next.map { "the chunk's length does not fit; reading goes on behind the boundary at byte \($0)" }
                    ?? "the chunk is cut off; \(file.size - at) bytes are left out"
                warn("truncated", at, text)
                guard let next else { break }
                at = next
                continue
            }
            try take(content, end)
            at = end
        }
        guard !streams.isEmpty else {
            throw RecordingError(file: path, text: "holds no stream header, so nothing in it can be read")
        }
        for index in streams.indices { streams[index].offsets.fit() }
    }

    private mutating func warn(_ kind: String, _ at: Int64, _ text: String) {
        guard warnings.count < 100 else { return }
        warnings.append(RecordingWarning(kind: kind, place: "\(path): byte \(at)", text: text))
    }

    func bytes(_ offset: Int64, _ count: Int) throws(RecordingError) -> [UInt8] {
        do throws(FileBytesError) { return try file.bytes(at: offset, count: count) } catch {
            throw RecordingError(file: path, place: "byte \(offset)", text: errorText(error.code))
        }
    }

    /// Where a chunk's tag begins, and the chunk's end; nil where it does not fit into the file.
    private func chunk(_ at: Int64) throws(RecordingError) -> (Int64, Int64)? {
        let head = try bytes(at, 9)
        guard let width = head.first, [1, 4, 8].contains(width), head.count > Int(width) else { return nil }
        let length = XDFChunks.number(head[1...Int(width)])
        let content = at + 1 + Int64(width)
        guard length >= 2, length <= UInt64(file.size - content) else { return nil }
        return (content, content + Int64(length))
    }

    /// Behind the next boundary chunk after `at`; nil where there is none.
    private func resume(behind at: Int64) throws(RecordingError) -> Int64? {
        var from = at + 1
        while from < file.size {
            let piece = try bytes(from, 1 << 20)
            guard piece.count >= 16 else { return nil }
            for start in 0...(piece.count - 16)
            where piece[start] == 0x43 && piece[start...].starts(with: XDFChunks.boundary) {
                return from + Int64(start) + 16
            }
            from += Int64(max(1, piece.count - 15))
        }
        return nil
    }

    private mutating func take(_ content: Int64, _ end: Int64) throws(RecordingError) {
        let head = try bytes(content, Int(min(22, end - content)))
        let tag = Int(head[0]) | Int(head[1]) << 8
        let id = head.count >= 6 ? UInt32(truncatingIfNeeded: XDFChunks.number(head[2..<6])) : 0
        switch tag {
        case 1: fileHeader = XDFElement(parsing: try text(content + 2, end))
        case 2 where head.count >= 6: try describe(id, content + 6, end)
        case 3 where head.count >= 6:
            guard let place = places[id] else {
                if unknown.insert(id).inserted {
                    warn("stream", content, "samples of stream \(id), which has no header")
                }
                return
            }
            streams[place].chunks.append(Samples(offset: content + 6, length: Int(end - content - 6)))
        case 4 where head.count >= 22:
            guard let place = places[id] else { return }
            let time = Double(bitPattern: XDFChunks.number(head[6..<14]))
            let value = Double(bitPattern: XDFChunks.number(head[14..<22]))
            if time.isFinite, value.isFinite {
                streams[place].offsets.add(time: time, value: value)
            } else {
                warn("clock", content, "a clock offset of stream \(id) is no number")
            }
        case 5, 6: break
        default: warn("chunk", content, "a chunk with tag \(tag) is passed over")
        }
    }

    private func text(_ from: Int64, _ to: Int64) throws(RecordingError) -> String {
        let content = try bytes(from, Int(min(to - from, 1 << 24)))
        return RecordingText.utf8(content) ?? RecordingText.latin1(content)
    }

    private mutating func describe(_ id: UInt32, _ from: Int64, _ to: Int64) throws(RecordingError) {
        guard places[id] == nil else { return warn("stream", from, "a second header of stream \(id) is passed over") }
        guard let header = XDFElement(parsing: try text(from, to)) else {
            throw RecordingError(file: path, place: "byte \(from)", text: "the header of stream \(id) is no XML")
        }
        let format = header.value("channel_format")
        guard let storage = Storage(rawValue: format) else {
            let known = Storage.allCases.map(\.rawValue).joined(separator: ", ")
            throw RecordingError(
                file: path, place: "byte \(from)", text: "channel format '\(format)' of stream \(id), expected \(known)"
            )
        }
        guard let channels = Int(header.value("channel_count")), (1...65_536).contains(channels) else {
            throw RecordingError(
                file: path, place: "byte \(from)",
                text: "channel count '\(header.value("channel_count"))' of stream \(id), expected 1 to 65536")
        }
        let hertz = header.value("nominal_srate")
        let ratio = RecordingText.fraction(hertz)
        if ratio == nil, (Double(hertz) ?? -1) != 0 {
            warn("rate", from, "nominal rate '\(hertz)' of stream \(id) is none; its samples are taken as irregular")
        }
        places[id] = streams.count
        streams.append(
            Stream(
                id: id, header: header, storage: storage, channels: channels,
                rate: ratio.map { RecordedRate($0.numerator, $0.denominator) }))
    }

    /// A little-endian number of up to 8 bytes.
    static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
