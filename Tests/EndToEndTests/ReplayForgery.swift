import Foundation
import Sessions
import Signal

/// A session written anew from the records of another one, with some of them changed: every hash is right again, so
/// that only recomputing the stages can tell.
struct ReplayForgery {
    let original: URL
    let records: [JournalRecord]
    private let header: JournalHeader

    /// Reads the closed session in `folder`.
    init(of folder: URL) throws {
        original = folder
        let reader = try JournalReader(folder.path)
        var inputs: [JournalInput] = []
        for label in reader.labels where label.name.hasPrefix("input.") {
            let role = String(label.name.dropFirst("input.".count))
            inputs.append(JournalInput(role: role, name: label.value, bytes: try reader.input(role)))
        }
        header = JournalHeader(
            inputs: inputs, format: reader.header.format, montage: reader.header.montage, seed: reader.header.seed,
            instructionSet: reader.header.instructionSet,
            implementedInterlocks: reader.header.implementedInterlocks, facts: reader.header.facts,
            labels: reader.labels.filter { !$0.name.hasPrefix("input.") })
        var records: [JournalRecord] = []
        while let record = try reader.next() { records.append(record) }
        self.records = records.filter { ![.sessionHeader, .label, .checkpoint, .closing].contains($0.kind) }
    }

    /// Index of the last record of `kind` of `tick`: of two recorded inputs, the one that the tick's stages see.
    func index(of kind: RecordKind, tick: Int64) -> Int? {
        records.lastIndex { $0.kind == kind && $0.tick == tick }
    }

    /// Writes `changed` as a session of its own.
    func write(_ changed: [JournalRecord], to folder: URL) throws {
        let ring = ByteRing(capacity: 1 << 22)
        let inlet = JournalInlet(ring: ring, blocking: true)
        let writer = try JournalWriter(directory: folder.path, ring: ring, sync: .seconds(60), header: header)
        try writer.start()
        for record in changed {
            _ = unsafe record.payload.withUnsafeBytes { bytes in
                unsafe inlet.append(kind: record.kind, tick: record.tick, stage: record.stage, payload: bytes)
            }
        }
        try writer.finish(dropped: inlet.dropped) { _ in Array("{}\n".utf8) }
    }
}

/// The frames of a `journal.ansa`, found from the format's description alone: 16 bytes of magic, then u32 length, u8
/// kind, u8 stage, u16 zero, i64 tick, payload, u32 check.
struct ReplayFrame {
    let kind: UInt8
    /// Number of the record, from 0.
    let number: Int
    /// Where the payload begins in the file.
    let payload: Int
    let length: Int

    /// All frames in the bytes of a journal.
    static func all(in bytes: Data) -> [ReplayFrame] {
        var frames: [ReplayFrame] = []
        var at = 16
        while at + 20 <= bytes.count {
            let length = (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
            frames.append(
                ReplayFrame(kind: bytes[at + 4], number: frames.count, payload: at + 16, length: length))
            at += length + 20
        }
        return frames
    }
}
