import Foundation
import Signal

/// A folder that holds one recording.
enum RecordingFolder {
    /// Endings of files that a folder's recording may have; what such a file is, its content decides.
    private static let endings: Set<String> = [
        "edf", "bdf", "vhdr", "ahdr", "xdf", "nwb", "gdf", "hea", "ncs", "ns1", "ns2", "ns3", "ns4", "ns5", "ns6",
        "ns7", "ns8", "ns9",
    ]

    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    static func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }

    /// Files of the folder that holds `path`, `path` itself left out, whose names end in one of `endings`; sorted.
    static func files(beside path: String, endingIn endings: [String]) -> [String] {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { endings.contains(($0.split(separator: ".").last ?? "").lowercased()) }.sorted()
            .map { folder == "./" ? $0 : folder + $0 }.filter { $0 != path }
    }

    /// The one recording in `folder`; in a BIDS dataset, the one anywhere below it.
    ///
    /// - Throws: where there is none, or several, which are named.
    static func open(_ folder: String) throws(RecordingError) -> any RecordingFile {
        let isDataset = FileManager.default.fileExists(atPath: folder + "/dataset_description.json")
        let names: [String]
        if isDataset {
            names = (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []).filter {
                !$0.hasPrefix("sourcedata/") && !$0.hasPrefix("derivatives/")
            }
        } else {
            do { names = try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
                throw RecordingError(file: folder, text: error.localizedDescription)
            }
        }
        let found = names.filter { endings.contains(($0.split(separator: ".").last ?? "").lowercased()) }.sorted()
        if found.isEmpty, !isDataset, let opened = try nested(folder) { return opened }
        guard let only = found.first else {
            throw RecordingError(
                file: folder,
                text: "\(isDataset ? "a BIDS dataset" : "a folder") without a recording; looked for files that end in "
                    + endings.sorted().joined(separator: ", "))
        }
        if !isDataset, let several = try joined(found.map { folder + "/" + $0 }) { return several }
        guard found.count == 1 else {
            let shown = found.prefix(20).joined(separator: ", ") + (found.count > 20 ? " …" : "")
            throw RecordingError(file: folder, text: "holds \(found.count) recordings, name one: \(shown)")
        }
        return try openRecordingFile(folder + "/" + only)
    }

    /// The one recording that several files are: a channel each (Neuralynx), or a rate each (Blackrock, where they
    /// have one name); nil where each is a recording of its own.
    private static func joined(_ paths: [String]) throws(RecordingError) -> (any RecordingFile)? {
        guard paths.count > 1 else { return nil }
        let endings = paths.map { String($0.split(separator: ".").last ?? "").lowercased() }
        if endings.allSatisfy({ $0 == "ncs" }) { return try NeuralynxFile(paths) }
        guard endings.allSatisfy({ $0.hasPrefix("ns") }), Set(paths.map { $0.dropLast(4) }).count == 1 else {
            return nil
        }
        return try BlackrockFile(paths)
    }

    /// The recording whose main file has a fixed name, in `folder` or below it: `structure.oebin` of Open Ephys.
    private static func nested(_ folder: String) throws(RecordingError) -> (any RecordingFile)? {
        var found: [String] = []
        let below = FileManager.default.enumerator(atPath: folder)
        for _ in 0..<100_000 {
            guard let name = below?.nextObject() as? String else { break }
            if name == "structure.oebin" || name.hasSuffix("/structure.oebin") { found.append(name) }
        }
        guard let only = found.first else { return nil }
        guard found.count == 1 else {
            let shown = found.sorted().prefix(20).joined(separator: ", ") + (found.count > 20 ? " …" : "")
            throw RecordingError(file: folder, text: "holds \(found.count) recordings, name one: \(shown)")
        }
        return try OpenEphysFile(folder + "/" + only)
    }
}
