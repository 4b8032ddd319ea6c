import Foundation

/// The limits of a shipped profile with other words, signed anew with the demonstration keys.
enum SignedLimits {
    struct Failure: Error, CustomStringConvertible { let description: String }

    /// Writes `<folder>/test.limits.yaml` and both its signatures; its path.
    ///
    /// - Throws: Where a text that is to be replaced is not in the file, or the signing failed.
    static func make(
        in folder: String, replacing words: [(String, String)],
        of file: String = "Profiles/adaptive-dbs/stn-left.limits.yaml"
    ) throws -> String {
        let shipped = Products.shipped(file)
        var text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: shipped)), as: UTF8.self)
        for (old, new) in words {
            guard text.contains(old) else { throw Failure(description: "no \(old)") }
            text = text.replacingOccurrences(of: old, with: new)
        }
        let path = folder + "/test.limits.yaml"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        for role in ["clinician", "engineer"] {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: Products.folder + "/ansa")
            let key = Products.shipped("Profiles/demonstration-keys/demonstration-\(role).key")
            process.arguments = ["limits", "sign", path, "--role", role, "--key", key]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else { throw Failure(description: "not signed") }
        }
        return path
    }
}
