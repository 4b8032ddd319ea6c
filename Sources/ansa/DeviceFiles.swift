import Configuration
import Foundation

/// Finds device files by name: `Devices/<id>.yaml` in a folder or in one above it.
enum DeviceFiles {
    /// The device that `name` means: a path to a file, or an id, looked for from `folder` upward.
    static func load(_ name: String, from folder: String = ".") throws(Failure) -> (device: Device, path: String) {
        let path = try find(name, from: folder)
        let bytes = try contents(of: path)
        do throws(ConfigurationError) { return (try loadDevice(bytes, file: path), path) } catch {
            throw Failure(error)
        }
    }

    /// Paths of all device files that are seen from `folder`, in the order of their names.
    static func all(from folder: String = ".") -> [String] {
        for place in places(from: folder) {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
            let files = names.filter { $0.hasSuffix(".yaml") }.sorted()
            if !files.isEmpty { return files.map { "\(place)/\($0)" } }
        }
        return []
    }

    private static func find(_ name: String, from folder: String) throws(Failure) -> String {
        if name.hasSuffix(".yaml") || name.contains("/") {
            guard FileManager.default.fileExists(atPath: name) else {
                throw Failure("\(name): there is no such file.", code: ExitCode.badFile)
            }
            return name
        }
        for place in places(from: folder) where FileManager.default.fileExists(atPath: "\(place)/\(name).yaml") {
            return "\(place)/\(name).yaml"
        }
        let known = all(from: folder).map { String($0.split(separator: "/").last?.dropLast(5) ?? "") }
        let list = known.isEmpty ? "No folder Devices is in sight." : "Known: \(known.joined(separator: ", "))."
        throw Failure(
            "There is no device '\(name)'.\(suggestion(for: name, among: known, quotedWith: "")) \(list)",
            code: ExitCode.deviceAbsent)
    }

    /// Folders called Devices: in `folder` and in each folder above it, then from where the program was started upward.
    private static func places(from folder: String) -> [String] {
        let all = folders(from: folder) + (folder == "." ? [] : folders(from: "."))
        return all.filter { FileManager.default.fileExists(atPath: $0) }
    }

    private static func folders(from folder: String) -> [String] {
        var result = [folder == "." ? "Devices" : "\(folder)/Devices"]
        var place = URL(fileURLWithPath: folder).standardizedFileURL.path
        while place != "/", result.count < 64 {
            place = URL(fileURLWithPath: place).deletingLastPathComponent().path
            result.append(place == "/" ? "/Devices" : "\(place)/Devices")
        }
        return result
    }
}
