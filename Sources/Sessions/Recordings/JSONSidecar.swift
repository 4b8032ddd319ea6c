import Foundation
import Signal

/// A JSON object in a file that says what another file holds.
struct JSONSidecar {
    let path: String
    let fields: [String: Any]

    /// Reads at most 64 MiB.
    ///
    /// - Throws: where the file is not there, or is no JSON object.
    init(_ path: String) throws(RecordingError) {
        self.path = path
        let bytes: [UInt8]
        do throws(FileBytesError) { bytes = try FileBytes.contents(of: path) } catch {
            throw RecordingError(file: path, text: errorText(error.code))
        }
        let value: Any
        do { value = try JSONSerialization.jsonObject(with: Data(bytes)) } catch {
            let detail = (error as NSError).userInfo["NSDebugDescription"] as? String ?? "it cannot be parsed"
            throw RecordingError(file: path, text: "no JSON: \(detail)")
        }
        guard let object = value as? [String: Any] else {
            throw RecordingError(file: path, text: "expected a JSON object, { … }")
        }
        fields = object
    }

    /// Whether a file is at `path`.
    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// The field `name`; null counts as absent.
    func value(_ name: String) -> Any? { fields[name].flatMap { $0 is NSNull ? nil : $0 } }

    /// A finite number, or nil where the field is absent.
    ///
    /// - Throws: where it is something else.
    func number(_ name: String) throws(RecordingError) -> Double? {
        guard let value = value(name) else { return nil }
        guard let number = value as? Double, number.isFinite else { throw wrong(name, "a number") }
        return number
    }

    /// A text, or nil where the field is absent.
    ///
    /// - Throws: where it is something else.
    func text(_ name: String) throws(RecordingError) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value as? String else { throw wrong(name, "a text") }
        return text
    }

    /// Texts, or nil where the field is absent.
    ///
    /// - Throws: where it is something else.
    func texts(_ name: String) throws(RecordingError) -> [String]? {
        guard let value = value(name) else { return nil }
        guard let texts = value as? [String] else { throw wrong(name, "a list of texts") }
        return texts
    }

    /// Objects, or nil where the field is absent.
    ///
    /// - Throws: where it is something else.
    func objects(_ name: String) throws(RecordingError) -> [[String: Any]]? {
        guard let value = value(name) else { return nil }
        guard let objects = value as? [[String: Any]] else { throw wrong(name, "a list of objects") }
        return objects
    }

    /// Numbers of columns, or nil where the field is absent.
    ///
    /// - Throws: where it is something else, or a number is not in `range`.
    func columns(_ name: String, _ range: Range<Int>) throws(RecordingError) -> [Int]? {
        guard let value = value(name) else { return nil }
        guard let numbers = value as? [Int] ?? (value as? Int).map({ [$0] }), numbers.allSatisfy(range.contains) else {
            throw wrong(name, "columns from \(range.lowerBound) to \(range.upperBound - 1)")
        }
        return numbers
    }

    /// That the field `name` is not what it must be.
    func wrong(_ name: String, _ expected: String) -> RecordingError {
        let found = fields[name].map { String("\($0)".prefix(60)) } ?? "nothing"
        return RecordingError(file: path, place: name, text: "found \(found), expected \(expected)")
    }
}
