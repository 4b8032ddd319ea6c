import Foundation
import Signal

/// A folder that holds one recording.
enum RecordingFolder {
    /// Endings of files that a folder's recording may have; what such a file is, its content decides.
    private static let endings: Set<String> = ["edf", "bdf", "vhdr", "ahdr", "xdf", "nwb", "gdf", "hea"]

    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
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
        guard let only = found.first else {
            throw RecordingError(
                file: folder,
                text: "\(isDataset ? "a BIDS dataset" : "a folder") without a recording; looked for files that end in "
                    + endings.sorted().joined(separator: ", "))
        }
        guard found.count == 1 else {
            let shown = found.prefix(20).joined(separator: ", ") + (found.count > 20 ? " …" : "")
            throw RecordingError(file: folder, text: "holds \(found.count) recordings, name one: \(shown)")
        }
        return try openRecordingFile(folder + "/" + only)
    }
}
