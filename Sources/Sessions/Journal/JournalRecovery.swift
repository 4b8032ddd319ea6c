import Glibc

extension JournalReader {
    /// Closes a session that was not closed: cuts it after its last whole record, and writes the closing record and
    /// `manifest.json`, both marked as recovered.
    ///
    /// - Throws: ``JournalError/damaged(_:)`` when more than the tail is wrong; nothing is changed then. A session that
    ///   is closed already is left as it is.
    @discardableResult
    public static func recover(_ directory: String) throws(JournalError) -> JournalSummary {
        let state = try verify(directory)
        if let damage = state.damage.first { throw .damaged(damage) }
        var walk = try JournalWalk(directory)
        try walk.run()
        if var closing = walk.closing {
            if !state.isClosed {
                closing.records = walk.result.records
                try JournalEnding.writeManifest(closing, seal: walk.result.seal, in: directory)
            }
            return JournalSummary(
                path: directory, records: walk.result.records, head: walk.result.head, seal: walk.result.seal,
                dropped: closing.dropped)
        }
        return try close(walk, directory: directory)
    }

    private static func close(_ walk: JournalWalk, directory: String) throws(JournalError) -> JournalSummary {
        let path = directory + "/" + SessionFolder.journal
        let descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { throw JournalError(path: path, code: errno) }
        guard ftruncate(descriptor, off_t(walk.end)) == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw JournalError(path: path, code: code)
        }
        let sink = JournalSink(
            path: path, descriptor: descriptor, written: walk.end, chain: walk.chain, largest: 0,
            lastTick: walk.lastTick)
        var ending = JournalEnding(directory: directory, sink: sink)
        ending.lostBytes = walk.result.tornBytes
        ending.isRecovered = true
        return try ending.write(summary: nil)
    }
}
