public import Signal

/// Reads a BrainVision recording: a header (.vhdr), samples (.eeg) and markers (.vmrk).
///
///     let reader = try BrainVisionReader("s1.vhdr")
///
/// Values are `stored × resolution` in the channel's unit; potentials are given in µV. What the header says is
/// reported as it says it, with a warning where a potential would be implausibly large.
public final class BrainVisionReader: RecordingReader {
    public let montage: Montage
    public let rate: (numerator: Int64, denominator: Int64)
    public let frames: Int64
    public private(set) var warnings: [RecordingWarning]
    /// The channels as the header describes them.
    public let channels: [BrainVisionChannel]
    /// In the order of the file.
    public private(set) var markers: [BrainVisionMarker] = []
    /// Header, samples and, where there are any, markers.
    public private(set) var paths: [String] = []
    private let header: BrainVisionHeader
    private let file: FileBytes
    private let factors: [Double]

    /// Opens the recording whose header is at `path`.
    public init(_ path: String) throws(RecordingError) {
        header = try BrainVisionHeader(path)
        warnings = header.warnings
        channels = header.channels
        rate = header.rate
        file = try BrainVisionReader.dataFile(header, warnings: &warnings)
        montage = Montage(
            header.channels.map { channel in
                let unit = RecordingText.unit(channel.unit).name
                return Channel(label: channel.label, kind: RecordingText.kind(channel.label, unit: unit), unit: unit)
            })
        factors = header.channels.map { $0.resolution * RecordingText.unit($0.unit).factor }
        let frameBytes = Int64(header.channels.count * header.storage.byteCount)
        frames = file.size / frameBytes
        if file.size % frameBytes != 0 {
            warn("truncated", file.path, "\(file.size % frameBytes) bytes behind the last whole instant are left out")
        }
        if let points = header.dataPoints, points != frames {
            warn("truncated", file.path, "\(points) instants in the header, \(frames) in the file")
        }
        paths = [path, file.path]
        try readMarkers()
        try checkScale()
    }

    /// Stored values of one channel times its resolution, in the unit of the header.
    func readStored(
        channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Double>
    ) throws(RecordingError) {
        let (width, size, count) = (channels.count, header.storage.byteCount, into.count)
        guard channels.indices.contains(channel), first >= 0, first <= frames, Int64(count) <= frames - first else {
            throw RecordingError(
                file: file.path,
                text: "channel \(channel), samples \(first) + \(count) asked; there are \(width) × \(frames)")
        }
        let step = header.isVectorized ? 1 : width
        let piece = max(1, (1 << 22) / (step * size))
        var done = 0
        while done < count {
            let here = min(piece, count - done)
            let instant = first + Int64(done)
            let offset = header.isVectorized ? Int64(channel) * frames + instant : instant * Int64(width)
            let bytes = try load(offset * Int64(size), here * step * size)
            for sample in 0..<here {
                let index = header.isVectorized ? sample : sample * width + channel
                unsafe into[done + sample] = stored(bytes, index) * channels[channel].resolution
            }
            done += here
        }
    }

    public func read(first: Int64, count: Int, into: UnsafeMutableBufferPointer<Float>) throws(RecordingError) {
        let width = channels.count
        guard first >= 0, count >= 0, first <= frames, Int64(count) <= frames - first, into.count >= count * width
        else { throw RecordingError(file: file.path, text: "samples \(first) + \(count) asked, 0 to \(frames) exist") }
        let size = header.storage.byteCount
        let piece = max(1, (1 << 22) / (width * size))
        var done = 0
        while done < count {
            let here = min(piece, count - done)
            if header.isVectorized {
                for channel in 0..<width {
                    let offset = (Int64(channel) * frames + first + Int64(done)) * Int64(size)
                    let bytes = try load(offset, here * size)
                    for sample in 0..<here {
                        unsafe into[(done + sample) * width + channel] = value(bytes, sample, channel)
                    }
                }
            } else {
                let bytes = try load((first + Int64(done)) * Int64(width * size), here * width * size)
                for sample in 0..<here {
                    for channel in 0..<width {
                        unsafe into[(done + sample) * width + channel] =
                            value(bytes, sample * width + channel, channel)
                    }
                }
            }
            done += here
        }
    }

    @inline(__always)
    private func value(_ bytes: [UInt8], _ index: Int, _ channel: Int) -> Float {
        Float(stored(bytes, index) * factors[channel])
    }

    @inline(__always)
    private func stored(_ bytes: [UInt8], _ index: Int) -> Double {
        unsafe bytes.withUnsafeBytes { raw in
            switch header.storage {
            case .int16:
                return unsafe Double(
                    Int16(littleEndian: raw.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self)))
            case .int32:
                return unsafe Double(
                    Int32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self)))
            case .float32:
                let bits = unsafe raw.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
                return Double(Float(bitPattern: UInt32(littleEndian: bits)))
            }
        }
    }

    private func load(_ offset: Int64, _ count: Int) throws(RecordingError) -> [UInt8] {
        let bytes: [UInt8]
        do throws(FileBytesError) { bytes = try file.bytes(at: offset, count: count) } catch {
            throw RecordingError(file: file.path, place: "byte \(offset)", text: errorText(error.code))
        }
        guard bytes.count == count else {
            throw RecordingError(file: file.path, place: "byte \(offset)", text: "the file has become shorter")
        }
        return bytes
    }

    /// Warns where potentials of the first instants pass 1 V: the stored scale is then most likely wrong.
    private func checkScale() throws(RecordingError) {
        let count = Int(min(frames, 1000, Int64(max(1, (1 << 20) / channels.count))))
        guard count > 0 else { return }
        let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: count * channels.count)
        defer { unsafe buffer.deallocate() }
        unsafe buffer.initialize(repeating: 0)
        try unsafe read(first: 0, count: count, into: buffer)
        for (index, channel) in montage.channels.enumerated() where channel.unit == "uV" {
            let largest = (0..<count).map { unsafe abs(buffer[$0 * channels.count + index]) }.max() ?? 0
            guard largest > 1_000_000 else { continue }
            let text = "'\(channel.label)' reaches \(largest) uV: the scale in the header is implausible"
            warn("scale", header.path, text)
            return
        }
    }

    private func readMarkers() throws(RecordingError) {
        guard let name = header.markerFile, !name.isEmpty,
            let path = BrainVisionReader.find(name, header.path, [".vmrk", ".amrk"])
        else {
            warn("markers", header.path, "no marker file; there are no markers")
            return
        }
        let bytes: [UInt8]
        do throws(FileBytesError) { bytes = try FileBytes.contents(of: path) } catch {
            throw RecordingError(file: path, text: errorText(error.code))
        }
        paths.append(path)
        let text = try BrainVisionText(bytes, path: path, what: "marker")
        warnings += text.warnings
        for entry in text.sections["marker infos"] ?? [] where entry.key.lowercased().hasPrefix("mk") {
            guard let marker = BrainVisionMarker(entry.value) else {
                warn("markers", "\(path): line \(entry.line)", "'\(entry.value)' cannot be read and is left out")
                continue
            }
            if marker.type == "New Segment", marker.sample > 0 {
                warn("gap", "\(path): line \(entry.line)", "a new segment begins at sample \(marker.sample)")
            }
            markers.append(marker)
        }
    }

    private func warn(_ kind: String, _ place: String, _ text: String) {
        warnings.append(RecordingWarning(kind: kind, place: place, text: text))
    }

    /// The samples' file: the one that the header names, or the one that has the header's own stem.
    private static func dataFile(
        _ header: BrainVisionHeader, warnings: inout [RecordingWarning]
    ) throws(RecordingError) -> FileBytes {
        let name = header.dataFile?.name ?? ""
        guard let path = find(name, header.path, [".eeg", ".dat"]) else {
            throw RecordingError(
                file: header.path, place: "line \(header.dataFile?.line ?? 1)",
                text: "the data file '\(name)' is absent")
        }
        if !path.hasSuffix("/" + expanded(name, header.path)), path != name {
            let text = "the header names '\(name)', which is absent; \(path) is read"
            warnings.append(RecordingWarning(kind: "renamed", place: header.path, text: text))
        }
        do throws(FileBytesError) { return try FileBytes(path) } catch {
            throw RecordingError(file: path, text: errorText(error.code))
        }
    }

    /// `name` beside the header, or the header's stem with one of `extensions`; nil when there is neither.
    private static func find(_ name: String, _ headerPath: String, _ extensions: [String]) -> String? {
        let slash = headerPath.lastIndex(of: "/")
        let folder = slash.map { String(headerPath[...$0]) } ?? "./"
        let plain = expanded(name, headerPath)
        let stem = folder + expanded("$b", headerPath)
        let paths = (plain.isEmpty ? [] : [folder + plain]) + extensions.map { stem + $0 }
        return paths.first { (try? FileBytes($0)) != nil }
    }

    /// `name` with `$b` as the header's stem.
    private static func expanded(_ name: String, _ headerPath: String) -> String {
        let file = headerPath.split(separator: "/").last ?? ""
        let stem = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? String(file)
        return name.split(separator: "$b", omittingEmptySubsequences: false).joined(separator: stem)
    }
}
