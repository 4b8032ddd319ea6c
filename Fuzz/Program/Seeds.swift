import Glibc

/// What the corpus began with: short inputs that reach far.
enum Seeds {
    static func write(to folder: String) -> Bool {
        var done = true
        unsafe mkdir(folder, 0o755)
        for (target, seeds) in [("guarding", guarding), ("journal", journal), ("network", network)] {
            unsafe mkdir(folder + "/" + target, 0o755)
            for (name, bytes) in seeds {
                let path = folder + "/" + target + "/" + name
                let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
                done = unsafe Glibc.write(file, bytes, bytes.count) == bytes.count && done
                close(file)
            }
        }
        return done
    }

    /// Armed, up a ramp of 150 µA a pulse, and then what the name says; see ``GuardBench/step(_:)``.
    private static var guarding: [(String, [UInt8])] {
        let arm: UInt8 = 1 | 1 << 3
        let ramp = (1...12).flatMap { [UInt8(0x41), UInt8(min(15 * $0, 180))] }
        return [
            ("ramp-disarm", [0, arm] + ramp + [1 | 2 << 3, 4, 255, 255]),
            ("ramp-lost", [0, arm] + ramp + [7 | 1 << 3, 4, 255, 0, 4, 255, 255]),
            ("ramp-stop-acknowledge", [0, arm] + ramp + [7, 1 | 4 << 3, arm]),
            ("ramp-expired", [0, arm] + ramp + [7 | 2 << 3] + ramp), ("virtual", [1, arm] + ramp + [1 | 3 << 3]),
            ("unanswered", [0, arm] + ramp + [5, 7] + ramp), ("noise", [0, arm] + ramp + [0, 64, 0] + Array(0..<64)),
            ("changed", [0, arm] + ramp + [0xC1, 10, 3, 96, 0, 1, 104, 0, 7, 160, 0, 1]),
        ]
    }

    private static var journal: [(String, [UInt8])] {
        [
            ("empty", [1]), ("raw-magic", [0] + JournalTarget.magic + JournalTarget.frame(1, 0, -1, [0, 0, 0, 0])),
            ("frames", [5] + (0...12).flatMap { [UInt8($0), 0, 1, 16, 0] + [UInt8](repeating: UInt8($0), count: 16) }),
        ]
    }

    /// Input, neurons and output in a row; see ``NetworkTarget/run(_:)``.
    private static var network: [(String, [UInt8])] {
        let input: [UInt8] = [0, 1, 10, 1, 1, 1, 1, 0], output: [UInt8] = [1, 1, 10, 1, 1, 1, 1, 5]
        let linear: [UInt8] = [3, 1, 0, 2, 1, 1, 1, 1, 1]
        let lif: [UInt8] = [15, 4, 2, 1, 1, 7, 7, 3, 1, 1, 1, 1, 4, 1, 1, 0, 0, 5, 1, 1, 1, 1, 2]
        return [
            ("linear", [3] + input + linear + output + [2, 0, 1, 1, 5]),
            ("lif", [4] + input + linear + lif + output + [3, 0, 1, 1, 2, 2, 5]),
        ]
    }
}
