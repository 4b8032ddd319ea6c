/// Closes a session: the closing record, `summary.json`, `manifest.json`.
///
/// Shared by writing and recovering.
struct JournalEnding {
    let directory: String
    let sink: JournalSink
    var dropped: Int64 = 0
    var lostBytes: Int64 = 0
    var isRecovered = false

    init(directory: String, sink: JournalSink) {
        self.directory = directory
        self.sink = sink
    }

    /// Writes the end and waits until the disk has it.
    func write(summary: ((JournalSummary) -> [UInt8])?) throws(JournalError) -> JournalSummary {
        var manifest = Manifest()
        manifest.head = sink.chain.head
        manifest.seal = sink.chain.seal
        manifest.records = sink.chain.records
        manifest.logicalRecords = sink.chain.logicalRecords
        manifest.dropped = dropped
        manifest.lostBytes = lostBytes
        manifest.isRecovered = isRecovered
        if sink.failure == 0 {
            manifest.files = try Manifest.otherFiles(in: directory)
            sink.append(JournalRecord(kind: .closing, tick: sink.lastTick, payload: manifest.payload()))
            sink.synchronise()
        }
        guard sink.failure == 0 else { throw JournalError(path: sink.path, code: sink.failure) }
        manifest.records = sink.chain.records
        let result = JournalSummary(
            path: directory, records: manifest.records, head: manifest.head.description,
            seal: sink.chain.seal.description, dropped: dropped)
        if let summary {
            try SessionFolder.replace(SessionFolder.summary, in: directory, bytes: summary(result))
        }
        try JournalEnding.writeManifest(manifest, seal: result.seal, in: directory)
        return result
    }

    /// Adds `summary.json`, when there is one, and writes `manifest.json`.
    static func writeManifest(
        _ manifest: Manifest, seal: String, in directory: String
    ) throws(JournalError) {
        var manifest = manifest
        if let entry = try? Manifest.entry(SessionFolder.summary, in: directory) { manifest.files.append(entry) }
        try SessionFolder.replace(SessionFolder.manifest, in: directory, bytes: manifest.json(seal: seal))
    }
}
