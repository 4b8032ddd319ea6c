import Foundation
import Sessions
import Signal
import Testing

/// Cut and mutated copies of a recording: each must open and read to its end, or be refused with a place.
struct DamagedRecording {
    /// The name and bytes of the file that is damaged, then of those beside it that stay whole.
    let files: [(name: String, bytes: [UInt8])]
    private var state: UInt64

    init(_ files: [(name: String, bytes: [UInt8])], seed: UInt64) {
        (self.files, state) = (files, seed)
    }

    /// SplitMix64 (Steele, Lea & Flood, 2014).
    private mutating func random(below bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((z ^ (z >> 31)) % UInt64(max(1, bound)))
    }

    /// A copy with up to 8 changes, half of them in the first `headerBytes`: bytes to anything or to an extreme, a
    /// stretch taken out, a stretch doubled.
    private mutating func mutated(headerBytes: Int) -> [UInt8] {
        var bytes = files[0].bytes
        for _ in 0...random(below: 8) {
            let range = random(below: 2) == 0 ? min(headerBytes, bytes.count) : bytes.count
            let at = random(below: range)
            guard at < bytes.count else { continue }
            switch random(below: 8) {
            case 0:
                bytes.removeSubrange(at..<min(bytes.count, at + 1 + random(below: 64)))
            case 1:
                let end = min(bytes.count, at + 1 + random(below: 64))
                bytes.insert(contentsOf: bytes[at..<end], at: end)
            case 2:
                for place in at..<min(bytes.count, at + 8) { bytes[place] = 0xff }
            case 3:
                for place in at..<min(bytes.count, at + 4) { bytes[place] = [0, 0x7f, 0x80, 0x39][random(below: 4)] }
            default:
                bytes[at] = UInt8(random(below: 256))
            }
        }
        return bytes
    }

    /// Reads `cuts` beginnings and `mutations` mutated copies.
    ///
    /// `opening`: the file that is opened; nil: the damaged one.
    ///
    /// - Returns: how many were read to their end; the others were refused.
    mutating func readOrRefused(
        opening: String? = nil, cuts: Int = 50, mutations: Int = 200, headerBytes: Int = 512
    ) throws -> Int {
        var read = 0
        try withTemporaryFolder { root in
            for file in files { try write(file.bytes, to: "\(root)/\(file.name)") }
            let path = "\(root)/\(files[0].name)"
            let opened = opening.map { "\(root)/\($0)" } ?? path
            let whole = files[0].bytes
            for cut in 0..<cuts {
                // Every header byte is near one of the first cuts, the rest are spread.
                let end = cut % 2 == 0 ? cut * min(headerBytes, whole.count) / cuts : cut * whole.count / cuts
                try write(Array(whole[..<end]), to: path)
                read += try isRead(opened, "cut at byte \(end)")
            }
            for number in 0..<mutations {
                try write(mutated(headerBytes: headerBytes), to: path)
                read += try isRead(opened, "mutation \(number)")
            }
        }
        return read
    }

    private func isRead(_ path: String, _ place: String) throws -> Int {
        var streams: [RecordedStream] = []
        var refusal: RecordingError?
        do throws(RecordingError) {
            let file = try openRecordingFile(path)
            for stream in file.streams.indices { _ = try file.fingerprint(ofStream: stream) }
            streams = file.streams
        } catch { refusal = error }
        if let refusal { #expect(!refusal.text.isEmpty && !refusal.file.isEmpty, "\(place)") }
        for segments in streams.map(\.segments) {
            for (earlier, later) in zip(segments, segments.dropFirst()) {
                #expect(later.firstSample == earlier.firstSample + earlier.samples, "\(place)")
                #expect(later.onset >= earlier.onset, "\(place)")
            }
        }
        return refusal == nil ? 1 : 0
    }
}
