public import Signal

/// Opens the recording at `path` by what it contains, whatever it is called: a session's folder or its `journal.ansa`,
/// EDF, EDF+, BDF, BDF+, or the header of a BrainVision recording.
///
/// - Throws: ``RecordingError``, with what was found and what can be read.
public func openRecording(_ path: String) throws(RecordingError) -> any RecordingReader {
    let first: [UInt8]
    if (try? FileBytes(path + "/" + SessionFolder.journal)) != nil { return try JournalRecording(path) }
    do throws(FileBytesError) { first = try FileBytes(path).bytes(at: 0, count: 64) } catch {
        throw RecordingError(file: path, text: errorText(error.code))
    }
    if first.starts(with: JournalFrame.magic) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        return try JournalRecording(folder.isEmpty ? "/" : folder)
    }
    if first.starts(with: [0xff] + Array("BIOSEMI".utf8)) || first.starts(with: Array("0       ".utf8)) {
        return try EDFReader(path)
    }
    let text = RecordingText.latin1(first.filter { $0 > 0x20 && $0 < 0x7f }).lowercased()
    if text.hasPrefix("brainvisiondataexchangeheaderfile") { return try BrainVisionReader(path) }
    if text.hasPrefix("brainvisiondataexchangemarkerfile") {
        throw RecordingError(file: path, text: "a BrainVision marker file; open the .vhdr beside it")
    }
    throw RecordingError(
        file: path, place: "byte 0",
        text: "no known recording; EDF, BDF, BrainVision (.vhdr) and sessions of Ansa can be read")
}

/// Opens what is at `path` with all its streams, by what it contains.
///
/// - Throws: ``RecordingError``, with what was found and what can be read.
public func openRecordingFile(_ path: String) throws(RecordingError) -> any RecordingFile {
    let first: [UInt8]
    do throws(FileBytesError) { first = try FileBytes(path).bytes(at: 0, count: 512) } catch {
        throw RecordingError(file: path, text: errorText(error.code))
    }
    let text = RecordingText.latin1(first.filter { $0 > 0x20 && $0 < 0x7f }).lowercased()
    if first.starts(with: [0xff] + Array("BIOSEMI".utf8)) || first.starts(with: Array("0       ".utf8)) {
        return try EDFFile(path)
    }
    if text.hasPrefix("brainvisiondataexchangeheaderfile") { return try BrainVisionFile(path) }
    if text.hasPrefix("headerlen=") || text.hasPrefix("bci2000v=") { return try BCI2000File(path) }
    throw RecordingError(
        file: path, place: "byte 0", text: "no known recording; EDF, BDF, BrainVision (.vhdr) and BCI2000 can be shown")
}
