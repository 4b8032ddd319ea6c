import Foundation
import Sessions
import Signal

/// What a session holds, as `ansa session show` says it.
struct SessionReport: Encodable {
    let path: String
    let isClosed: Bool
    let records: Int64
    /// Records by kind.
    let kinds: [String: Int64]
    let channels: [String]
    let framesPerBlock: Int
    let rateHz: Double
    /// Seconds of signal.
    let seconds: Double
    let seed: UInt64
    let instructionSet: String
    /// Hash of each input, by its role.
    let inputs: [String: String]
    /// Date, host and other words beside the record.
    let labels: [String: String]

    /// Reads the session in `path` to its end.
    init(_ path: String) throws(Failure) {
        do throws(JournalError) {
            let reader = try JournalReader(path)
            var kinds: [String: Int64] = [:]
            while let record = try reader.next() { kinds["\(record.kind)", default: 0] += 1 }
            let header = reader.header
            self.path = path
            self.kinds = kinds
            isClosed = reader.hasManifest
            records = reader.records
            channels = header.montage.channels.map(\.label)
            framesPerBlock = header.format.frames
            rateHz = header.format.rate
            seconds = Double((kinds["block"] ?? 0) * Int64(header.format.frames)) / header.format.rate
            seed = header.seed
            instructionSet = header.instructionSet
            inputs = header.inputs.mapValues(\.description)
            labels = Dictionary(reader.labels.map { ($0.name, $0.value) }) { $1 }
        } catch { throw Failure(error) }
    }

    var text: String {
        let shown = channels.count > 16 ? Array(channels.prefix(3)) + ["…"] + Array(channels.suffix(1)) : channels
        let lines = [
            "\(path)  \(isClosed ? "closed" : "not closed")",
            "signal    \(channels.count) channels, \(rateHz) Hz, blocks of \(framesPerBlock), \(seconds) s",
            "channels  \(shown.joined(separator: " "))", "seed      \(seed)", "made on   \(instructionSet)",
            "records   \(records)",
        ]
        let counts = kinds.sorted { $0.key < $1.key }.map { "  \($0.key) \($0.value)" }
        let sources = inputs.sorted { $0.key < $1.key }.map { "input     \($0.key) \($0.value)" }
        let notes = labels.sorted { $0.key < $1.key }.map { "label     \($0.key) \($0.value)" }
        return (lines + counts + sources + notes).joined(separator: "\n")
    }
}
