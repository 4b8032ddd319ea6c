import Signal

/// Opens a file of numbers in a plain layout; nil where `first`, its first bytes, are those of none.
func openArrayOrTable(_ path: String, _ first: [UInt8]) throws(RecordingError) -> (any RecordingFile)? {
    if first.starts(with: [0x93] + Array("NUMPY".utf8)) { return try NumPyFile(path) }
    if first.starts(with: Array("GDF ".utf8)) { return try GDFFile(path) }
    if OpenBCIHeader.begins(first) { return try TableRecording.openBCI(path) }
    if TableRecording.beginsAsBrainFlow(first) { return try TableRecording.brainFlow(path) }
    if WFDBHeader.begins(first) {
        return WFDBHeader.beginsSegments(first) ? try WFDBSegmentedFile(path) : try WFDBFile(path)
    }
    let header = path.hasSuffix(".dat") ? path.dropLast(4) + ".hea" : ""
    if !header.isEmpty, JSONSidecar.exists(String(header)) {
        throw RecordingError(file: path, text: "a signal file of a WFDB record; open \(header) beside it")
    }
    return nil
}
