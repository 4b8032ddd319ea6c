import Conditioning
import Foundation
import Signal
import Testing

/// Recordings that are not part of the project.
private enum Data {
    static let folder: URL = {
        if let named = ProcessInfo.processInfo.environment["ANSA_DATA"] { return URL(filePath: named) }
        var folder = URL(filePath: #filePath)
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        return folder.appending(path: "../shared/data")
    }()

    static var isWanted: Bool {
        FileManager.default.fileExists(atPath: folder.path(percentEncoded: false))
            || ProcessInfo.processInfo.environment["ANSA_REQUIRE_DATA"] == "1"
    }

    /// The grip-force recording: 10 channels of float32 at 1 kHz, multiplexed (its header says so), as stored.
    static func gripForce() throws -> [Float] {
        let files = FileManager.default.enumerator(
            at: folder.appending(path: "neural/parkinson-gripforce"), includingPropertiesForKeys: nil)
        let file = files?.compactMap { $0 as? URL }.first { $0.pathExtension == "eeg" }
        let bytes = try Foundation.Data(contentsOf: #require(file))
        return (0..<bytes.count / 4).map { index in
            let word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[4 * index + $1]) << UInt32(8 * $1) }
            return Float(bitPattern: word)
        }
    }
}

/// The mean envelope from 2 s on, of the nine neural channels.
private func features(_ recording: [Float], _ fill: BlankingFill, pulses rate: Double?) throws -> [Double] {
    let blanking = Blanking(fill: fill, after: Microseconds(2000))
    var rig = try Rig(channels: 10, frames: 10) {
        $0.channels = Array(0..<9)
        $0.blanking = blanking
        $0.biquads =
            [try FilterDesign.notch(centre: 50, quality: 30, rate: 1000)]
            + (try FilterDesign.butterworthBandpass(from: 13, to: 30, order: 4, rate: 1000))
    }
    let blocks = recording.count / 100
    var marks: [StimulationMark] = []
    for pulse in stride(from: 12_345, to: Double(blocks) * 10_000, by: 1_000_000 / (rate ?? 0.001)) where rate != nil {
        let start = Microseconds(Int64(pulse))
        marks.append(blanking.mark(start: start, duration: Microseconds(60), format: rig.block.format))
    }
    var sums = [Double](repeating: 0, count: 9), next = 0
    for block in 0..<blocks {
        let first = Int64(block * 10)
        while next < marks.count, marks[next].endSample <= first { next += 1 }
        let near = Array(marks[next...].prefix(8))
        rig.feed(near) { n, c in
            near.contains { $0.firstSample <= n && n < $0.endSample } ? 30_000 : recording[Int(n) * 10 + c]
        }
        guard block >= 200 else { continue }
        for channel in 0..<9 { sums[channel] += Double(rig.envelope[channel]) }
    }
    return sums
}

@Suite(.enabled(if: Data.isWanted, "needs recordings in ANSA_DATA")) struct RecordingBlankingTests {
    @Test(
        "On a patient's recording the beta envelope with pulses differs from that without by at most 5 %",
        arguments: [BlankingFill.linear, .template], [20.0, 60, 130, 185])
    func onAndOff(_ fill: BlankingFill, _ rate: Double) throws {
        let recording = try Data.gripForce()
        let off = try features(recording, fill, pulses: nil), on = try features(recording, fill, pulses: rate)
        for channel in 0..<9 {
            #expect(abs(on[channel] / off[channel] - 1) <= 0.05, "channel \(channel): \(on[channel] / off[channel])")
        }
    }
}
