import Configuration

/// The files that are shipped beside the sources.
enum Tree {
    /// The package's folder: three levels above this file.
    static let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

    static func bytes(_ path: String) throws -> [UInt8] { try readFile(root + "/" + path) }

    static func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

    static let devices = ["virtual-patient", "virtual-patient-bilateral", "recorded", "synthetic-32", "synthetic-1024"]
    static let profiles = ["adaptive-dbs", "bilateral-dbs", "continuous-dbs", "grip-force", "bench-1024"]
    static let stimulating = ["adaptive-dbs", "bilateral-dbs", "continuous-dbs", "grip-force"]

    static func device(_ id: String) throws -> Device {
        try loadDevice(try bytes("Devices/\(id).yaml"), file: "\(id).yaml")
    }

    static func profile(_ name: String) throws -> Profile {
        try loadProfile(try bytes("Profiles/\(name)/profile.yaml"), file: "profile.yaml")
    }

    /// The path of a stimulating profile's limits.
    static func limitsPath(_ name: String) throws -> String {
        "Profiles/\(name)/\(try profile(name).limits ?? "")"
    }
}
