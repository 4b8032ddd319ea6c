import Foundation

/// The recordings that some tests need: `$ANSA_DATA`, by default `../shared/data` beside the package.
enum Recordings {
    static let folder: URL = {
        let path = ProcessInfo.processInfo.environment["ANSA_DATA"] ?? ""
        if !path.isEmpty { return URL(fileURLWithPath: path) }
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return package.deletingLastPathComponent().appendingPathComponent("shared/data")
    }()

    /// True where they are, and where they must be: a test that needs them then fails instead of being left out.
    static let isPresent =
        FileManager.default.fileExists(atPath: folder.path)
        || ProcessInfo.processInfo.environment["ANSA_REQUIRE_DATA"] == "1"

    /// 15,536 bins of 50 ms of 171 units of motor cortex and the hand's movement.
    static let reach = folder.appendingPathComponent("neural/m1-reach").path

    /// True in an optimised build: fitting 1,710 columns takes minutes in another.
    static let isOptimised: Bool = {
        #if DEBUG
            false
        #else
            true
        #endif
    }()
}
