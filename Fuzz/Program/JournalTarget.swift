import Glibc
import Sessions
import Signal

/// Any bytes as a journal: as they are, or as frames whose checks agree, so that what stands inside is reached.
enum JournalTarget {
    static let magic = [UInt8]("ansa.journal/1\n".utf8) + [0]

    static func run(_ bytes: [UInt8]) -> Int32 {
        guard let first = bytes.first else { return 0 }
        let journal = first & 1 == 0 ? Array(bytes.dropFirst()) : framed(Array(bytes.dropFirst()))
        _ = Scratch.write(journal, "journal.ansa")
        unsafe unlink(Scratch.folder + "/manifest.json")
        if first & 2 != 0 { _ = Scratch.write([UInt8]("{}".utf8), "manifest.json") }
        read()
        do throws(JournalError) { _ = try JournalReader.verify(Scratch.folder) } catch { expectText("\(error)") }
        do throws(RecordingError) { _ = try JournalRecording(Scratch.folder) } catch { expectText("\(error)") }
        if first & 4 != 0 {
            do throws(JournalError) { _ = try JournalReader.recover(Scratch.folder) } catch { expectText("\(error)") }
        }
        return 0
    }

    private static func read() {
        do throws(JournalError) {
            let reader = try JournalReader(Scratch.folder)
            while let record = try reader.next() { precondition(record.payload.count <= 1 << 28) }
            _ = try reader.input("profile")
        } catch { expectText("\(error)") }
    }

    private static func expectText(_ text: String) { precondition(!text.isEmpty) }

    /// Kind, stage, tick, length and payload from the input; the check is right.
    ///
    /// A frame: u32 length, kind, stage, u16 zero, i64 tick, payload, CRC-32C of all before.
    static func framed(_ bytes: [UInt8]) -> [UInt8] {
        var feed = Feed(bytes)
        var journal = magic
        while !feed.isEmpty {
            let (kind, stage, tick) = (feed.byte(), feed.byte(), feed.byte())
            journal += frame(kind, stage, Int64(tick), feed.take(feed.word()))
        }
        return journal
    }

    static func frame(_ kind: UInt8, _ stage: UInt8, _ tick: Int64, _ payload: [UInt8]) -> [UInt8] {
        var frame = little(UInt64(payload.count), 4) + [kind, stage, 0, 0] + little(UInt64(bitPattern: tick), 8)
        frame += payload
        let check = unsafe frame.withUnsafeBytes { unsafe CRC32C.checksum($0) }
        return frame + little(UInt64(check), 4)
    }

    private static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}
