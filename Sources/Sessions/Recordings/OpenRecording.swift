public import Signal

/// Opens the recording at `path` for the loop: a session's folder or its `journal.ansa`, or any format that
/// ``openRecordingFile(_:stamps:)`` knows, of which the first stream with a regular rate is taken.
///
/// - Throws: ``RecordingError``, with what was found and what can be read.
public func openRecording(_ path: String) throws(RecordingError) -> any RecordingReader {
    if (try? FileBytes(path + "/" + SessionFolder.journal)) != nil { return try JournalRecording(path) }
    if let first = try? FileBytes(path).bytes(at: 0, count: 64), first.starts(with: JournalFrame.magic) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        return try JournalRecording(folder.isEmpty ? "/" : folder)
    }
    let file = try openRecordingFile(path)
    // A stream may be listed without any sample.
    let regular =
        file.streams.firstIndex { $0.channels.contains { $0.rate != nil && $0.samples > 0 } }
        ?? file.streams.firstIndex { $0.channels.contains { $0.rate != nil } }
    guard let regular else {
        throw RecordingError(file: path, text: "holds no channel with a regular rate, which a loop needs")
    }
    return try file.reader(stream: regular, channels: nil)
}

/// Opens what is at `path` with all its streams, by what it contains, whatever it is called.
///
/// A folder is opened where it holds one recording, or is a BIDS dataset with one.
///
/// - Parameters:
///   - path: A file or a folder.
///   - stamps: Which time an XDF file's stamps are given in.
/// - Returns: the recording.
/// - Throws: ``RecordingError``, with what was found and what can be read.
public func openRecordingFile(
    _ path: String, stamps: XDFClock = .dejittered
) throws(RecordingError) -> any RecordingFile {
    if RecordingFolder.isFolder(path) { return try RecordingFolder.open(path) }
    let first: [UInt8]
    do throws(FileBytesError) { first = try FileBytes(path).bytes(at: 0, count: 512) } catch {
        throw RecordingError(file: path, text: errorText(error.code))
    }
    let text = RecordingText.latin1(first.filter { $0 > 0x20 && $0 < 0x7f }).lowercased()
    let opened: any RecordingFile
    if first.starts(with: [0xff] + Array("BIOSEMI".utf8)) || first.starts(with: Array("0       ".utf8)) {
        opened = try EDFFile(path)
    } else if text.hasPrefix("brainvisiondataexchangeheaderfile") {
        opened = try BrainVisionFile(path)
    } else if first.starts(with: Array("XDF:".utf8)) {
        opened = try XDFFile(path, clock: stamps)
    } else if text.hasPrefix("headerlen=") || text.hasPrefix("bci2000v=") {
        opened = try BCI2000File(path)
    } else if first.starts(with: NeuralynxHeader.magic) {
        opened = try NeuralynxFile(path)
    } else if BlackrockHeader.isOne(first) || BlackrockEvents.isOne(first) {
        opened = try BlackrockFile(path)
    } else if text.hasPrefix("{"), text.contains("\"guiversion\"") || path.hasSuffix(".oebin") {
        opened = try OpenEphysFile(path)
    } else if first.starts(with: SealedFile.magic) {
        throw RecordingError(file: path, text: "is encrypted; 'ansa session decrypt' opens it")
    } else if text.hasPrefix("brainvisiondataexchangemarkerfile") {
        throw RecordingError(file: path, text: "a BrainVision marker file; open the .vhdr beside it")
    } else if let other = try openArrayOrTable(path, first) {
        opened = other
    } else {
        throw RecordingError(
            file: path, place: "byte 0",
            text: "no known recording; EDF, BDF, XDF, BrainVision (.vhdr), BCI2000, GDF, WFDB (.hea), OpenBCI and "
                + "BrainFlow text, NumPy (.npy), Neuralynx (.ncs, .nev), Blackrock (.ns1 to .ns9, .nev), Open Ephys "
                + "(structure.oebin) and sessions of Ansa can be read")
    }
    return try BIDSFile.around(opened) ?? opened
}
