import Signal

extension RecordingFile {
    /// A warning where a potential passes 1 V within the first 1,000 samples of a channel.
    ///
    /// Its scale is then most likely wrong; the numbers stay as they are.
    ///
    /// - Throws: when the file can no longer be read.
    func scaleWarnings() throws(RecordingError) -> [RecordingWarning] {
        let values = UnsafeMutableBufferPointer<Double>.allocate(capacity: 1_000)
        defer { unsafe values.deallocate() }
        unsafe values.initialize(repeating: 0)
        for (number, stream) in streams.enumerated() {
            for (index, channel) in stream.channels.enumerated() where !channel.unit.isEmpty {
                let unit = RecordingText.unit(channel.unit)
                guard unit.name == "uV" else { continue }
                let part = unsafe UnsafeMutableBufferPointer(rebasing: values[..<Int(min(1_000, channel.samples))])
                try unsafe readValues(stream: number, channel: index, first: 0, into: part)
                var largest = 0.0
                for place in 0..<part.count {
                    let size = unsafe abs(part[place])
                    if size > largest { largest = size }
                }
                guard largest * unit.factor > 1e6 else { continue }
                let text = "'\(channel.label)' reaches \(largest) \(channel.unit): the scale is implausible"
                return [RecordingWarning(kind: "scale", place: paths.first ?? "", text: text)]
            }
        }
        return []
    }
}
