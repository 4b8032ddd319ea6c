import Foundation
import Sessions
import Signal

/// A small session: 2 channels, 3 frames a block, int16 at 1 kHz.
enum SmallSession {
    static let format = BlockFormat(channels: 2, frames: 3, rateNumerator: 1000, rateDenominator: 1, kind: .int16)
    static let montage = Montage([Channel(label: "a", unitsPerCount: 0.5), Channel(label: "b", unitsPerCount: 0.5)])
    static let profile = Array("name: small\n".utf8)

    static func header(seed: UInt64 = 7, host: String = "h1") -> JournalHeader {
        JournalHeader(
            inputs: [JournalInput(role: "profile", name: "profile.yaml", bytes: profile)], format: format,
            montage: montage, seed: seed, instructionSet: "x86-64-v3", implementedInterlocks: 0xff,
            labels: [JournalFact("host", host)])
    }

    /// Writes blocks, host times and decisions of `ticks` ticks to the inlet.
    static func run(_ inlet: JournalInlet, ticks: Int64, hostOffset: Int64 = 0) {
        let block = Block(format: format)
        let payload = PayloadWriter(capacity: 64)
        for tick in 0..<ticks {
            block.header = BlockHeader(firstSample: 3 * tick, deviceTime: 3_000_000 * tick, hostArrival: 0)
            for at in 0..<6 { unsafe block.int16[at] = Int16(10 * tick) + Int16(at) }
            inlet.append(block: block, tick: tick)
            payload.reset()
            payload.put(tick * 1000 + hostOffset)
            unsafe inlet.append(kind: .hostTimes, tick: tick, payload: payload.bytes)
            payload.reset()
            payload.put(Decision(value: Float(tick), confidence: 1, firstSample: 3 * tick, endSample: 3 * tick + 3))
            unsafe inlet.append(kind: .decision, tick: tick, stage: 3, payload: payload.bytes)
        }
    }

    /// A closed session in `folder`.
    @discardableResult
    static func write(
        _ folder: String, ticks: Int64 = 3, seed: UInt64 = 7, host: String = "h1", hostOffset: Int64 = 0,
        summary: String? = "{}\n"
    ) throws -> JournalSummary {
        let ring = ByteRing(capacity: 1 << 14)
        let inlet = JournalInlet(ring: ring, blocking: true)
        let writer = try JournalWriter(
            directory: folder, ring: ring, sync: .seconds(60), header: header(seed: seed, host: host))
        try writer.start()
        run(inlet, ticks: ticks, hostOffset: hostOffset)
        return try writer.finish(dropped: inlet.dropped, summary: summary.map { text in { _ in Array(text.utf8) } })
    }

    /// What a kill would leave: the folder of a session that is still being written, copied to `folder`.
    static func writeUnclosed(_ folder: String, ticks: Int64) throws {
        let running = folder + "-running"
        let ring = ByteRing(capacity: 1 << 14)
        let writer = try JournalWriter(directory: running, ring: ring, sync: .milliseconds(1), header: header())
        defer { try? FileManager.default.removeItem(atPath: running) }
        try writer.start()
        run(JournalInlet(ring: ring, blocking: true), ticks: ticks)
        for _ in 0..<2000 where try JournalReader.verify(running).records < 3 * ticks + 4 { usleep(1000) }
        try FileManager.default.copyItem(atPath: running, toPath: folder)
        try writer.finish()
    }
}
