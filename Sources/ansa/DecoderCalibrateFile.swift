import Configuration
import Decoding
import Foundation
import Neuromorphic
import Sessions

/// A decoder that `ansa decoder calibrate` wrote.
struct CalibratedDecoder: Sendable {
    static let fileName = "decoder.yaml"
    let folder: String
    let file: DecoderFile
    let graph: NIRGraph
    let scheme: Scheme

    /// Reads the decoder whose file is at `path`.
    ///
    /// - Throws: a file with problems, a network that is not the one that was fitted, or a scheme that does not exist.
    init(_ path: String) throws(Failure) {
        folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let written = try InputFile(path)
        do throws(ConfigurationError) { file = try loadDecoderFile(written.bytes, file: path) } catch {
            throw Failure(error)
        }
        let network = try InputFile((folder.isEmpty ? "." : folder) + "/" + file.network)
        guard Hash256(of: network.bytes).description == file.networkHash else {
            throw Failure(ExitCode.badFile, "\(network.path): not the network that was fitted: its hash differs")
        }
        guard file.scheme == RecurrentDecoder.scheme.description else {
            throw Failure(
                ExitCode.badFile, "\(path): scheme \"\(file.scheme)\"; allowed: \(RecurrentDecoder.scheme)")
        }
        scheme = RecurrentDecoder.scheme
        do throws(NIRError) { graph = try NIRGraph.load(network.path) } catch {
            throw Failure(error, file: network.path)
        }
    }

    /// Whether the data can be given to this network.
    func check(_ reach: ReachRecording) throws(Failure) {
        guard graph.inputCount == reach.counts.columns else {
            throw Failure(
                ExitCode.badFile,
                "the network takes \(graph.inputCount) units; the data have \(reach.counts.columns)")
        }
        guard abs(reach.bin * 1e9 - Double(file.binNanoseconds)) < 1e-3 * Double(file.binNanoseconds) else {
            throw Failure(
                ExitCode.badFile,
                "the network takes bins of \(Double(file.binNanoseconds) / 1e6) ms; the data have "
                    + "\(fixed(reach.bin * 1e3, 3)) ms")
        }
    }
}

/// The decoder that `word` means: a folder with decoder.yaml, or that file; nil where there is none.
///
/// - Throws: as reading it does.
func calibratedDecoder(_ word: String) throws(Failure) -> CalibratedDecoder? {
    for path in [word, word + "/" + CalibratedDecoder.fileName]
    where path.hasSuffix(CalibratedDecoder.fileName) && FileManager.default.fileExists(atPath: path) {
        return try CalibratedDecoder(path)
    }
    return nil
}
