import Foundation
import Testing

/// A guard whose wall clock and sleep a test can shift, without touching the machine's.
///
/// `Tests/Preload/shift_clocks.c`, built here, stands between the guard and its clocks.
struct OSClocks {
    let folder: String
    /// Becomes `ansa-guard` with shifted clocks.
    var guardExecutable: String { folder + "/guard" }

    init() throws {
        // A space in LD_PRELOAD separates libraries: the library lies where there is none.
        folder = "/tmp/ansa-clocks-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/cc")
        compiler.arguments =
            ["-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", folder + "/shift.so"]
            + [Products.shipped("Tests/Preload/shift_clocks.c")]
        try compiler.run()
        compiler.waitUntilExit()
        try #require(compiler.terminationStatus == 0)
        try shift(wall: 0, sleep: 0)
        let script = """
            #!/bin/sh
            export ANSA_SHIFT_CLOCKS='\(folder)/shift' LD_PRELOAD='\(folder)/shift.so'
            exec '\(Products.folder)/ansa-guard' "$@"

            """
        try Data(script.utf8).write(to: URL(fileURLWithPath: guardExecutable))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: guardExecutable)
    }

    /// Seconds that the wall clock and the clock that counts sleep have gained, from now on.
    func shift(wall: Int64, sleep: Int64) throws {
        let bytes = [wall, sleep].flatMap { value in
            (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        let path = folder + "/shift"
        if !FileManager.default.fileExists(atPath: path) {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            return
        }
        // In place: the guard has the file mapped.
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.write(contentsOf: Data(bytes))
        try file.close()
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
