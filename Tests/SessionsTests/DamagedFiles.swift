import Foundation
import Sessions
import Signal
import Testing

/// Opens the recording at `path` and reads every value of it; what a damaged file may do is throw `RecordingError`.
func readAll(_ path: String) {
    do throws(RecordingError) {
        let file = try openRecordingFile(path)
        let room = UnsafeMutableBufferPointer<Double>.allocate(capacity: 1 << 16)
        defer { unsafe room.deallocate() }
        for (index, stream) in file.streams.enumerated() {
            for (number, channel) in stream.channels.enumerated() {
                var first: Int64 = 0
                while first < channel.samples {
                    let here = Int(min(1 << 16, channel.samples - first))
                    let part = unsafe UnsafeMutableBufferPointer(rebasing: room[..<here])
                    try unsafe file.readValues(stream: index, channel: number, first: first, into: part)
                    first += Int64(here)
                }
            }
            if stream.holdsCounts { _ = try file.fingerprint(ofStream: index) }
            #expect(stream.duration.isFinite && stream.segments.allSatisfy { $0.onset.isFinite })
        }
    } catch {
        #expect(!error.text.isEmpty)
    }
}

/// Cuts the file `name` of `folder` at 50 places and changes it in 200 ways, and reads what is left with all that is
/// beside it.
///
/// The changes follow from a seed: up to 8 bytes at places that are more often near the start, where headers are.
func expectSurvives(_ name: String, in folder: String, opening opened: String? = nil) throws {
    let whole = try bytes(of: folder + "/" + name)
    let path = folder + "/" + (opened ?? name)
    var seed: UInt64 = 0x9E37_79B9_7F4A_7C15
    func next(_ bound: Int) -> Int {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((seed >> 33) % UInt64(max(1, bound)))
    }
    for cut in 0..<50 {
        let count = cut < 10 ? next(min(whole.count, 600)) : whole.count * cut / 50
        try write(Array(whole.prefix(count)), to: folder + "/" + name)
        readAll(path)
    }
    let extremes: [UInt8] = [0, 0xff, 0x7f, 0x80, 1]
    for _ in 0..<200 {
        var changed = whole
        let bound = next(3) == 0 ? whole.count : min(whole.count, 1 << (5 + next(14)))
        let place = next(bound)
        for offset in 0..<(1 + next(8)) where place + offset < changed.count {
            changed[place + offset] = next(2) == 0 ? extremes[next(5)] : UInt8(next(256))
        }
        try write(changed, to: folder + "/" + name)
        readAll(path)
    }
    try write(whole, to: folder + "/" + name)
}

/// Numbers as little-endian files store them.
func little<T: FixedWidthInteger>(_ values: [T]) -> [UInt8] {
    values.flatMap { value in unsafe withUnsafeBytes(of: value.littleEndian) { unsafe Array($0) } }
}

/// `text` in a field of `count` bytes that zeros fill.
func field(_ text: String, _ count: Int) -> [UInt8] {
    let utf8 = Array(text.utf8.prefix(count))
    return utf8 + [UInt8](repeating: 0, count: count - utf8.count)
}
