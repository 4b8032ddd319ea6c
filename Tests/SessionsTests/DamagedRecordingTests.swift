import Foundation
import Sessions
import Signal
import Testing

/// Every recording of the shared set, cut and changed: it is opened and read whole, or refused with a place; nothing
/// crashes, hangs or takes memory that the file does not account for.
///
/// `$ANSA_DAMAGE_CUTS` and `$ANSA_DAMAGE_COPIES` say how often, for each file; few in a common run of the tests.
@Suite(.serialized, .enabled(if: Data.isPresent, "the recordings of others are not here"))
struct DamagedRecordingTests {
    /// A recording's main file and the files that belong to it, below the set's folder.
    struct Recording: Sendable, CustomTestStringConvertible {
        var main: String
        var parts: [String]
        var testDescription: String { main }
    }

    private static let root = Data.folder + "/sessions/"
    private static func number(_ name: String, _ standard: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? standard
    }

    /// What the manifest lists and this build opens.
    static let recordings: [Recording] = {
        guard let bytes = try? Foundation.Data(contentsOf: URL(fileURLWithPath: root + "MANIFEST.json")),
            let files = try? JSONSerialization.jsonObject(with: bytes) as? [[String: Any]]
        else { return [] }
        return files.filter { $0["part_of"] as? String == "-" }.compactMap { entry in
            guard let main = entry["file"] as? String, (try? openRecordingFile(root + main)) != nil else { return nil }
            let parts = files.filter { $0["part_of"] as? String == main }.compactMap { $0["file"] as? String }
            return Recording(main: main, parts: parts)
        }
    }()

    @Test("The set has recordings of every format that is read")
    func set() { #expect(Self.recordings.count >= 17) }

    @Test("Cut anywhere, every recording is read as far as it goes, or refused", arguments: recordings)
    func cuts(recording: Recording) throws {
        let count = Self.number("ANSA_DAMAGE_CUTS", 8)
        try Self.each(of: recording) { main, path, bytes in
            var random = Random(seed: 7)
            for index in 0..<count {
                // The first bytes matter most: half of the cuts are in the first 4 KiB.
                let length = Int(random.next() % UInt64(max(1, index % 2 == 0 ? min(4_096, bytes.count) : bytes.count)))
                try Foundation.Data(bytes.prefix(length)).write(to: URL(fileURLWithPath: path))
                #expect(try Self.isReadOrRefused(main), "\(recording.main), \(index)")
            }
        }
    }

    @Test("Changed anywhere, every recording is read, or refused", arguments: recordings)
    func changes(recording: Recording) throws {
        let count = Self.number("ANSA_DAMAGE_COPIES", 24)
        try Self.each(of: recording) { main, path, bytes in
            var random = Random(seed: 11)
            for index in 0..<count {
                var changed = bytes
                let reach = index % 4 == 0 ? bytes.count : min(4_096, bytes.count)
                for _ in 0...(index % 8) where reach > 0 {
                    let place = Int(random.next() % UInt64(reach))
                    switch random.next() % 5 {
                    case 0: changed[place] ^= 1 << UInt8(random.next() % 8)
                    case 1: changed[place] = UInt8(truncatingIfNeeded: random.next())
                    // Counts and lengths at their extremes.
                    case 2: for next in place..<min(place + 8, changed.count) { changed[next] = 0xff }
                    case 3: for next in place..<min(place + 8, changed.count) { changed[next] = 0 }
                    default: for next in place..<min(place + 4, changed.count) { changed[next] = UInt8(ascii: "9") }
                    }
                }
                try Foundation.Data(changed).write(to: URL(fileURLWithPath: path))
                #expect(try Self.isReadOrRefused(main), "\(recording.main), \(index)")
            }
        }
    }

    /// For every file of the recording: the main file and this one in a copy of the recording, and its bytes.
    private static func each(of recording: Recording, _ body: (String, String, [UInt8]) throws -> Void) throws {
        for target in [recording.main] + recording.parts.filter({ !$0.hasSuffix(".oracle.json") }) {
            try withTemporaryFolder { folder in
                for file in [recording.main] + recording.parts {
                    let copy = folder + "/" + file
                    let parent = URL(fileURLWithPath: copy).deletingLastPathComponent()
                    try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
                    try write(try bytes(of: root + file), to: copy)
                }
                let path = folder + "/" + target
                try body(folder + "/" + recording.main, path, try bytes(of: path))
            }
        }
    }

    /// Opens and reads all of it; false: a refusal that names nothing, or more memory than the bound.
    private static func isReadOrRefused(_ path: String) throws -> Bool {
        let before = residentBytes()
        do throws(RecordingError) {
            let file = try openRecordingFile(path)
            for stream in file.streams.indices { _ = try file.fingerprint(ofStream: stream) }
        } catch { if error.file.isEmpty || error.text.isEmpty { return false } }
        return residentBytes() - before < 200 << 20
    }

    private static func residentBytes() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4_096
    }
}

/// SplitMix64.
private struct Random {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
