import Signal

extension RecordingFile {
    /// Checks that the file has `count` samples of a channel from `first` on.
    ///
    /// - Throws: what was asked and what there is.
    func checkRange(stream: Int, channel: Int, first: Int64, count: Int) throws(RecordingError) {
        let file = paths.first ?? ""
        guard streams.indices.contains(stream) else {
            throw RecordingError(file: file, text: "stream \(stream) asked; there are \(streams.count)")
        }
        guard streams[stream].channels.indices.contains(channel) else {
            let text = "channel \(channel) asked; there are \(streams[stream].channels.count)"
            throw RecordingError(file: file, text: text)
        }
        let samples = streams[stream].channels[channel].samples
        guard first >= 0, count >= 0, first <= samples, Int64(count) <= samples - first else {
            throw RecordingError(file: file, text: "samples \(first) + \(count) asked, 0 to \(samples) exist")
        }
    }
}
