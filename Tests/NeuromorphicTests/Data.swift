import Foundation

/// The folder of networks and vectors: `$ANSA_DATA`, or `shared/data` beside the package.
enum Data {
    static let root: String = {
        if let set = ProcessInfo.processInfo.environment["ANSA_DATA"] { return set }
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return package.deletingLastPathComponent().appendingPathComponent("shared/data").path
    }()
    static let isRequired = ProcessInfo.processInfo.environment["ANSA_REQUIRE_DATA"] == "1"
    /// True where the tests can run, or must.
    static let isPresent = isRequired || FileManager.default.fileExists(atPath: root + "/nir/README.md")

    static func path(_ name: String) -> String { root + "/nir/" + name }

    static func json(_ name: String) throws -> [String: Any] {
        let bytes = try Foundation.Data(contentsOf: URL(fileURLWithPath: path(name)))
        return try JSONSerialization.jsonObject(with: bytes) as? [String: Any] ?? [:]
    }
}

/// A fresh file name in the temporary folder.
func temporaryPath(_ name: String) -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + "-" + name).path
}

extension Dictionary where Key == String, Value == Any {
    func int(_ key: String) -> Int { (self[key] as? NSNumber)?.intValue ?? 0 }
    func double(_ key: String) -> Double { (self[key] as? NSNumber)?.doubleValue ?? 0 }
    func ints(_ key: String) -> [Int] { self[key] as? [Int] ?? [] }
    func table(_ key: String) -> [[Int]] { self[key] as? [[Int]] ?? [] }
    func dictionary(_ key: String) -> [String: Any] { self[key] as? [String: Any] ?? [:] }
    func rows(_ key: String) -> [[Double]] {
        (self[key] as? [[NSNumber]] ?? []).map { $0.map(\.doubleValue) }
    }
}

/// A file's bytes.
func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Foundation.Data(contentsOf: URL(fileURLWithPath: path)))
}
