import CSodium
public import Signal

extension RecordingFile {
    /// SHA-256 of a stream's samples, channel after channel, in hexadecimal.
    ///
    /// Where the stream holds counts: each as a 32-bit integer; else each physical value as float32; little-endian.
    /// Read in pieces of 64 Ki samples.
    ///
    /// - Throws: where the file can no longer be read.
    public func fingerprint(ofStream stream: Int) throws(RecordingError) -> String {
        let hash = RunningSHA256()
        let described = streams[stream]
        let counts = UnsafeMutableBufferPointer<Int32>.allocate(capacity: 1 << 16)
        let values = UnsafeMutableBufferPointer<Double>.allocate(capacity: 1 << 16)
        defer {
            unsafe counts.deallocate()
            unsafe values.deallocate()
        }
        unsafe counts.initialize(repeating: 0)
        unsafe values.initialize(repeating: 0)
        for (channel, channelStream) in described.channels.enumerated() {
            var first: Int64 = 0
            while first < channelStream.samples {
                let here = Int(min(1 << 16, channelStream.samples - first))
                if described.holdsCounts {
                    let part = unsafe UnsafeMutableBufferPointer(rebasing: counts[..<here])
                    try unsafe readCounts(stream: stream, channel: channel, first: first, into: part)
                } else {
                    let part = unsafe UnsafeMutableBufferPointer(rebasing: values[..<here])
                    try unsafe readValues(stream: stream, channel: channel, first: first, into: part)
                    for index in 0..<here {
                        unsafe counts[index] = Int32(bitPattern: Float(values[index]).bitPattern)
                    }
                }
                unsafe hash.add(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(counts)[..<(4 * here)]))
                first += Int64(here)
            }
        }
        return hash.digest()
    }
}

/// A SHA-256 (FIPS 180-4) that is fed piece by piece.
@safe final class RunningSHA256 {
    private var state = crypto_hash_sha256_state()

    init() { unsafe crypto_hash_sha256_init(&state) }

    func add(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        unsafe crypto_hash_sha256_update(&state, start.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
    }

    /// 64 hexadecimal digits; once.
    func digest() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        unsafe crypto_hash_sha256_final(&state, &digest)
        return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
