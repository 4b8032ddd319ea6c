import Configuration
import Decoding
import Foundation
import Neuromorphic

/// What a network is given, step by step.
struct NetworkInput {
    let steps: Int
    /// Steps × inputs, in order.
    let values: [Double]
    /// Seconds a step, where the file says so.
    let dt: Double?

    /// Reads `path` for a network of `inputs` values a step: `.npy` (steps × inputs), `.json` in the form of NIR
    /// expectations (`steps`, `input` or `input_events`), or `.csv` of spikes (step, input).
    ///
    /// - Throws: a file that is none of these, another number of inputs, a value that is not finite.
    init(_ path: String, inputs: Int) throws(Failure) {
        if path.hasSuffix(".npy") {
            try self.init(array: path, inputs: inputs)
        } else if path.hasSuffix(".json") {
            try self.init(expectation: path, inputs: inputs)
        } else if path.hasSuffix(".csv") {
            try self.init(events: path, inputs: inputs)
        } else {
            throw Failure(
                ExitCode.badFile, "\(path): input is read from .npy (steps × inputs), .json or .csv (step, input)")
        }
    }

    private init(array path: String, inputs: Int) throws(Failure) {
        let array: NumpyArray
        do throws(CalibrationError) { array = try NumpyArray(path) } catch { throw Failure(error) }
        let width = array.shape.dropFirst().reduce(1, *)
        guard array.shape.count >= 1, array.shape.count == 1 ? inputs == 1 : width == inputs else {
            throw Failure(
                ExitCode.badFile, "\(path): shape \(array.shape); the network takes \(inputs) values a step")
        }
        self.init(steps: array.shape[0], values: array.values, dt: nil)
        try check(path, inputs: inputs)
    }

    private init(expectation path: String, inputs: Int) throws(Failure) {
        let bytes = try Self.bytes(of: path)
        guard let object = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any],
            let steps = object["steps"] as? Int, (1...10_000_000).contains(steps)
        else { throw Failure(ExitCode.badFile, "\(path): no JSON object with a number of `steps`") }
        let dt = object["dt_s"] as? Double
        if let rows = object["input"] as? [[Double]] {
            guard rows.count == steps, rows.allSatisfy({ $0.count == inputs }) else {
                throw Failure(
                    ExitCode.badFile,
                    "\(path): input: \(rows.count) rows, not all of \(inputs) values; "
                        + "expected \(steps) × \(inputs)")
            }
            self.init(steps: steps, values: rows.flatMap(\.self), dt: dt)
        } else if let events = object["input_events"] as? [[Int]] {
            var values = [Double](repeating: 0, count: steps * inputs)
            let amplitude = object["event_amplitude"] as? Double ?? 1
            for (index, event) in events.enumerated() {
                guard event.count == 2, (0..<steps).contains(event[0]), (0..<inputs).contains(event[1]) else {
                    throw Failure(
                        ExitCode.badFile,
                        "\(path): input_events[\(index)] is \(event); allowed: a step below \(steps) "
                            + "and an input below \(inputs)")
                }
                values[event[0] * inputs + event[1]] = amplitude
            }
            self.init(steps: steps, values: values, dt: dt)
        } else {
            throw Failure(ExitCode.badFile, "\(path): neither `input` nor `input_events`")
        }
        try check(path, inputs: inputs)
    }

    private init(events path: String, inputs: Int) throws(Failure) {
        let text = String(decoding: try Self.bytes(of: path), as: UTF8.self)
        var events: [(step: Int, input: Int)] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let fields = line.split(separator: ",").map { $0.filter { $0 != " " && $0 != "\r" } }
            if fields.isEmpty || (index == 0 && Int(fields[0]) == nil) { continue }
            guard fields.count == 2, let step = Int(fields[0]), let input = Int(fields[1]),
                (0..<10_000_000).contains(step), (0..<inputs).contains(input)
            else {
                throw Failure(
                    ExitCode.badFile, "\(path):\(index + 1): \"\(line)\"; allowed: a step and an input below \(inputs)")
            }
            events.append((step, input))
        }
        guard let last = events.map(\.step).max() else { throw Failure(ExitCode.badFile, "\(path): no spikes") }
        let (size, isTooLarge) = (last + 1).multipliedReportingOverflow(by: inputs)
        guard !isTooLarge, size <= 1 << 28 else {
            throw Failure(ExitCode.badFile, "\(path): \(last + 1) steps of \(inputs) inputs are too many")
        }
        var values = [Double](repeating: 0, count: size)
        for event in events { values[event.step * inputs + event.input] += 1 }
        self.init(steps: last + 1, values: values, dt: nil)
    }

    private static func bytes(of path: String) throws(Failure) -> [UInt8] {
        do throws(FileError) { return try readFile(path, limit: 1 << 28) } catch { throw Failure(error) }
    }

    private init(steps: Int, values: [Double], dt: Double?) {
        (self.steps, self.values, self.dt) = (steps, values, dt)
    }

    private func check(_ path: String, inputs: Int) throws(Failure) {
        guard let bad = values.firstIndex(where: { !$0.isFinite }) else { return }
        throw Failure(
            ExitCode.badFile, "\(path): step \(bad / inputs), column \(bad % inputs) is not a finite number")
    }
}
