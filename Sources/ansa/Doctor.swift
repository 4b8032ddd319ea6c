import CLinux
import Configuration
import Foundation

extension Command {
    /// `ansa doctor`.
    static let doctor = Command(
        name: "doctor", overview: "Looks at this machine: processor, privileges, programs, folders, keys.",
        options: [.format], examples: ["ansa doctor", "ansa doctor --format json"]
    ) { arguments in
        let findings = Finding.all()
        if arguments.wantsJSON {
            guard Terminal.report(["findings": findings]) else { return ExitCode.inputOutput }
        } else {
            for finding in findings {
                let state = finding.state.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
                let name = finding.name.padding(toLength: 25, withPad: " ", startingAt: 0)
                guard Terminal.result("\(state)\(name)\(finding.text)") else { return ExitCode.inputOutput }
            }
        }
        return findings.contains { $0.state == .missing } ? ExitCode.failed : ExitCode.done
    }
}

/// One thing that `ansa doctor` looked at.
private struct Finding: Encodable {
    enum State: String, Encodable {
        case good
        /// Ansa works, with less.
        case limited
        /// Something does not work.
        case missing
    }

    let name: String
    let state: State
    let text: String

    static func all() -> [Finding] {
        let programs = ["ansa-guard", "ansa-virtual-stimulator"].map(program)
        return [processor(), priority(), memory()] + programs + [devices(), keys()]
    }

    private static func processor() -> Finding {
        let isCapable = ansa_cpu_has_fma() && ansa_built_with_fma()
        let count = ProcessInfo.processInfo.activeProcessorCount
        return Finding(
            name: "processor", state: isCapable ? .good : .missing,
            text: isCapable ? "AVX2 and FMA, \(count) cores" : "AVX2 or FMA is missing, here or in this build")
    }

    private static func priority() -> Finding {
        var limit = rlimit()
        let isKnown = unsafe getrlimit(Int32(__RLIMIT_RTPRIO.rawValue), &limit) == 0
        let isAllowed = geteuid() == 0 || (isKnown && limit.rlim_cur > 0)
        return Finding(
            name: "real-time priority", state: isAllowed ? .good : .limited,
            text: isAllowed
                ? "this user may use SCHED_FIFO"
                : "refused to this user: the loop runs, with longer tails, and arms virtual devices only")
    }

    private static func memory() -> Finding {
        var limit = rlimit()
        let isKnown = unsafe getrlimit(Int32(__RLIMIT_MEMLOCK.rawValue), &limit) == 0
        let isUnlimited = geteuid() == 0 || (isKnown && limit.rlim_cur == rlim_t.max)
        let text = isUnlimited ? "all of it" : "\(limit.rlim_cur / 1024) KiB: pages may fault in a tick"
        return Finding(name: "locked memory", state: isUnlimited ? .good : .limited, text: text)
    }

    private static func program(_ name: String) -> Finding {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "ansa"
        let path = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name).path
        let isThere = FileManager.default.isExecutableFile(atPath: path)
        return Finding(
            name: name, state: isThere ? .good : .missing, text: isThere ? path : "not beside this program: \(path)")
    }

    private static func devices() -> Finding {
        var wrong: [String] = []
        let paths = DeviceFiles.all()
        for path in paths {
            do throws(Failure) { _ = try DeviceFiles.load(path) } catch { wrong.append(error.text) }
        }
        if !wrong.isEmpty { return Finding(name: "devices", state: .missing, text: wrong.joined(separator: "; ")) }
        return Finding(
            name: "devices", state: paths.isEmpty ? .limited : .good,
            text: paths.isEmpty ? "no folder Devices in sight" : "\(paths.count) files, all readable")
    }

    private static func keys() -> Finding {
        let trusted = TrustedKeys()
        let own = trusted.keys.filter { $0.trust == .administrator }.count
        let warnings = trusted.warnings.map(\.description)
        if !warnings.isEmpty { return Finding(name: "keys", state: .limited, text: warnings.joined(separator: "; ")) }
        return Finding(
            name: "keys", state: own > 0 ? .good : .limited,
            text: own > 0
                ? "\(own) in \(TrustedKeys.defaultFolder)"
                : "none in \(TrustedKeys.defaultFolder): only demonstration keys, which arm virtual devices only")
    }
}
