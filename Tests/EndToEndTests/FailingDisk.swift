import Foundation
import Testing

/// `Tests/Preload/fail_disk.c`, built, between a program and the files whose path ends as asked.
struct FailingDisk {
    let folder: URL

    init() throws {
        // A space in LD_PRELOAD separates libraries: the library lies where there is none.
        folder = URL(fileURLWithPath: "/tmp/ansa-disk-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let compiler = BuiltProgram(executable: URL(fileURLWithPath: "/usr/bin/cc"))
        let made = try compiler.run([
            "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library,
            BuiltProgram.package.appendingPathComponent("Tests/Preload/fail_disk.c").path,
        ])
        try #require(made.code == 0, "\(made.errors)")
    }

    private var library: String { folder.path + "/fail_disk.so" }

    /// What a program's environment has to hold.
    func environment(
        _ kind: String, after: Int = 0, log: URL? = nil, file: String = "journal.ansa"
    ) -> [String: String] {
        var words = [
            "LD_PRELOAD": library, "ANSA_FAIL_FILE": file, "ANSA_FAIL_KIND": kind,
            "ANSA_FAIL_AFTER": "\(after)",
        ]
        words["ANSA_SYNC_LOG"] = log?.path
        return words
    }

    /// The size that the journal had when the disk last confirmed it; 0 before that.
    static func synchronised(_ log: URL) -> Int {
        guard let data = try? Data(contentsOf: log), data.count >= 8 else { return 0 }
        let last = data.suffix(data.count % 8 == 0 ? 8 : 8 + data.count % 8).prefix(8)
        return last.enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
}
