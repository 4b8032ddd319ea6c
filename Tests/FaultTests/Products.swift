import Glibc

/// Where the package and its built programs stand.
enum Products {
    /// The package's root, from this file.
    static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    /// The folder of the built programs: beside the running test bundle.
    static let folder: String = {
        var path = [CChar](repeating: 0, count: 4096)
        let length = unsafe readlink("/proc/self/exe", &path, path.count - 1)
        let text = String(decoding: path.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for bundle in CommandLine.arguments.filter({ $0.contains(".xctest") }) + [text] {
            let parent = bundle.split(separator: "/").dropLast().joined(separator: "/")
            for up in ["", "/..", "/../..", "/../../.."] where unsafe access("/\(parent)\(up)/ansa-guard", X_OK) == 0 {
                return "/\(parent)\(up)"
            }
        }
        return ""
    }()

    /// A shipped file, by its path inside the package.
    static func shipped(_ path: String) -> String { root + "/" + path }
}
