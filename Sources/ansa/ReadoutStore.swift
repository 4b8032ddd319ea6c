import Configuration
import Foundation
import Sessions

/// A correction of a decoder that was learnt while a loop ran, as a file.
struct StoredReadout: Codable, Hashable {
    var schema = "ansa.readout/1"
    /// The profile's name.
    var profile: String
    /// BLAKE2b-256 of the network that it corrects, in hexadecimal.
    var network: String
    /// Steps of learning that led from the one before to this.
    var changes: Int64
    /// (features + 1) × 2, row by row.
    var correction: [Double]

    /// The bytes of its file.
    func bytes() throws(Failure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do { return Array(try encoder.encode(self)) } catch { throw Failure(ExitCode.failed, "\(error)") }
    }

    /// Reads the bytes of a file called `name`.
    init(_ bytes: [UInt8], name: String) throws(Failure) {
        do { self = try JSONDecoder().decode(StoredReadout.self, from: Data(bytes)) } catch {
            throw Failure(ExitCode.badFile, "\(name): no readout of Ansa: \(error)")
        }
        guard schema == "ansa.readout/1", correction.allSatisfy(\.isFinite) else {
            throw Failure(ExitCode.badFile, "\(name): expected schema ansa.readout/1 and finite numbers")
        }
    }

    /// A correction that was learnt just now.
    init(profile: String, network: String, changes: Int64, correction: [Double]) {
        self.profile = profile
        self.network = network
        self.changes = changes
        self.correction = correction
    }
}

/// What decoders of one profile learnt in earlier sessions: numbered files in `$ANSA_STATE_DIR/readouts/NAME`, and one
/// that says which is in use.
///
/// Without `$ANSA_STATE_DIR` nothing is kept: every session starts as calibrated.
struct ReadoutStore {
    let profile: String
    let folder: String

    /// The store of `profile`; nil where nothing is kept.
    init?(profile: String) {
        let state = Terminal.environment("ANSA_STATE_DIR")
        guard !state.isEmpty else { return nil }
        self.profile = profile
        folder = state + "/readouts/" + profile
    }

    private func path(_ number: Int) -> String { "\(folder)/\(String(number + 1_000_000).dropFirst()).json" }

    /// Numbers of what was learnt, the oldest first.
    var numbers: [Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".json") }.compactMap { Int($0.dropLast(5)) }.sorted()
    }

    /// The number in use; 0: the decoder as it was calibrated.
    ///
    /// - Throws: where the file that says so cannot be read or names none of ``numbers``.
    func current() throws(Failure) -> Int {
        let file = folder + "/current"
        guard FileManager.default.fileExists(atPath: file) else { return 0 }
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        guard let number = Int(text.trimmingCharacters(in: .newlines)), number == 0 || numbers.contains(number) else {
            throw Failure(ExitCode.badFile, "\(file): expected 0 or one of \(numbers)")
        }
        return number
    }

    /// The readout in use and its bytes; nil: as calibrated.
    ///
    /// - Throws: where it is for another network than `network`.
    func readout(network: String) throws(Failure) -> (readout: StoredReadout, bytes: [UInt8])? {
        let number = try current()
        guard number > 0 else { return nil }
        let file = try InputFile(path(number))
        let readout = try StoredReadout(file.bytes, name: file.path)
        guard readout.network == network else {
            throw Failure(
                ExitCode.badFile,
                "\(file.path): learnt for another network; `ansa decoder rollback` returns to the calibrated decoder")
        }
        return (readout, file.bytes)
    }

    /// Keeps `readout` under the next number and takes it into use.
    func add(_ readout: StoredReadout) throws(Failure) {
        do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
            throw Failure(ExitCode.inputOutput, "\(folder): \(error.localizedDescription)")
        }
        let number = (numbers.last ?? 0) + 1
        try write(try readout.bytes(), to: path(number))
        try use(number)
    }

    /// Takes `number` into use; 0 is the decoder as it was calibrated.
    func use(_ number: Int) throws(Failure) {
        guard number == 0 || numbers.contains(number) else {
            throw Failure(
                ExitCode.badFile, "\(folder): no readout \(number); there are \(numbers), and 0, as calibrated")
        }
        try write(Array("\(number)\n".utf8), to: folder + "/current")
    }

    private func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        do { try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
            throw Failure(ExitCode.inputOutput, "\(path): \(error.localizedDescription)")
        }
    }
}
