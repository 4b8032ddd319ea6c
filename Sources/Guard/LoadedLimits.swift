import Configuration
import Glibc
import Interlocks
import Signal
import Stimulation

/// Why the guard has no limits.
struct LoadingError: Error {
    var text: String
}

/// The guard's own copy of limits and device: read once, verified and parsed from the same bytes.
struct LoadedLimits {
    let limits: Limits
    let stimulator: StimulatorDevice
    let isVirtual: Bool
    /// What keeps the file from arming: signatures, time window.
    let problems: [Problem]
    /// BLAKE2b-256 of the bytes.
    let hash: Words32
    /// Seconds since 1970.
    let expires: Int64
    /// Seconds since 1970: the subject's consent ends.
    let consentExpires: Int64
    /// What the device must say that it is.
    let identity: ReportedIdentity
    /// µV left on a contact that is worth an alarm.
    let residualAlarm: Int64

    init(limitsPath: String, devicePath: String) throws(LoadingError) {
        let bytes = try Self.read(limitsPath)
        let deviceBytes = try Self.read(devicePath)
        let device: Device
        let file: LimitsFile
        do throws(ConfigurationError) {
            device = try loadDevice(deviceBytes, file: devicePath)
            file = try loadLimits(bytes, file: limitsPath)
            guard let stimulator = device.stimulator else {
                throw ConfigurationError([])
            }
            self.stimulator = stimulator
            limits = try file.limits(device: stimulator)
        } catch {
            throw LoadingError(text: error.problems.isEmpty ? "\(devicePath) has no stimulator" : "\(error)")
        }
        isVirtual = device.isVirtual
        hash = hashOfLimits(bytes)
        expires = file.expires.value
        consentExpires = file.subject.consentExpires.value
        identity = ReportedIdentity(
            model: stimulator.model, serial: stimulator.serial, firmware: stimulator.firmware)
        residualAlarm = file.soft.residualVoltage.value * 1_000
        let signatures = verifySignatures(
            bytes, limits: file, clinician: Self.signature(limitsPath, "clinician"),
            engineer: Self.signature(limitsPath, "engineer"), trusted: TrustedKeys(), device: device)
        problems = signatures + file.timeProblems(at: Int64(time(nil)))
    }

    private static func read(_ path: String) throws(LoadingError) -> [UInt8] {
        do throws(FileError) {
            return try readFile(path)
        } catch {
            throw LoadingError(text: "\(error)")
        }
    }

    private static func signature(_ path: String, _ role: String) -> String? {
        do throws(FileError) {
            return String(decoding: try readFile("\(path).\(role).minisig"), as: UTF8.self)
        } catch {
            return nil
        }
    }
}
