import Foundation

/// The recordings that some tests need: `$ANSA_DATA`, by default `../shared/data` beside the package.
enum Recordings {
    static let folder: URL = {
        let path = ProcessInfo.processInfo.environment["ANSA_DATA"] ?? ""
        if !path.isEmpty { return URL(fileURLWithPath: path) }
        return BuiltProgram.package.deletingLastPathComponent().appendingPathComponent("shared/data")
    }()

    /// True where they are, and where they must be: a test that needs them then fails instead of being left out.
    static let isPresent =
        FileManager.default.fileExists(atPath: folder.path)
        || ProcessInfo.processInfo.environment["ANSA_REQUIRE_DATA"] == "1"

    /// 19,001 samples of ten channels at 1 kHz of a Parkinson patient.
    static let gripForce = folder.appendingPathComponent(
        "neural/parkinson-gripforce/bids/sub-testsub/ses-EphysMedOff/ieeg/"
            + "sub-testsub_ses-EphysMedOff_task-gripforce_run-0_ieeg.vhdr")
}
