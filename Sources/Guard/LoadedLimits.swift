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
    let file: LimitsFile
    let bytes: [UInt8]
    let isVirtual: Bool
    /// BLAKE2b-256 of the bytes, and of those of an overlay after them.
    let hash: Words32
    /// Soft limits whose excess a clinician has acknowledged for exactly this file.
    let acknowledged: SoftLimitSet
    private let device: Device
    private let path: String
    private let overlay: [UInt8]?
    private let acknowledgements: [UInt8]

    init(limitsPath: String, devicePath: String) throws(LoadingError) {
        bytes = try Self.read(limitsPath)
        let deviceBytes = try Self.read(devicePath)
        do throws(FileError) { overlay = try readOverlay(besideLimits: limitsPath) } catch {
            throw LoadingError(text: "\(error)")
        }
        do throws(ConfigurationError) {
            device = try loadDevice(deviceBytes, file: devicePath)
            file = try loadLimits(
                bytes, file: limitsPath, overlay: overlay, overlayFile: LimitsOverlay.path(besideLimits: limitsPath))
            guard let stimulator = device.stimulator else {
                throw ConfigurationError([])
            }
            self.stimulator = stimulator
            limits = try file.limits(device: stimulator)
        } catch {
            throw LoadingError(text: error.problems.isEmpty ? "\(devicePath) has no stimulator" : "\(error)")
        }
        path = limitsPath
        isVirtual = device.isVirtual
        hash = hashOfLimits(bytes + (overlay ?? []))
        acknowledgements = Self.text(limitsPath + ".acknowledgements").map { Array($0.utf8) } ?? []
        acknowledged = loadAcknowledgements(acknowledgements, limitsHash: hashOfLimits(bytes).bytes)
    }

    /// What the device must say that it is.
    var identity: ReportedIdentity {
        ReportedIdentity(model: stimulator.model, serial: stimulator.serial, firmware: stimulator.firmware)
    }

    /// µV left on a contact that is worth an alarm.
    var residualAlarm: Int64 { file.soft.residualVoltage.value * 1_000 }

    /// What keeps the file from arming the device that says it is `reported`; errors refuse, warnings are only said.
    func problems(reported: ReportedIdentity, revisions: RevisionRecord, subject: String) -> [Problem] {
        var context = ArmingContext(
            now: Int64(time(nil)), device: device, trusted: TrustedKeys(besideLimits: path), revisions: revisions)
        context.identity = DeviceIdentity(
            model: reported.model.text, serial: reported.serial.text, firmware: reported.firmware.text)
        context.subject = subject.isEmpty ? nil : subject
        context.clinician = Self.text("\(path).clinician.minisig")
        context.engineer = Self.text("\(path).engineer.minisig")
        context.acknowledgements = acknowledgements
        return file.armingProblems(bytes, in: context)
            + overlayProblems(overlay, besideLimits: path, of: file, trusted: context.trusted, device: device)
    }

    private static func read(_ path: String) throws(LoadingError) -> [UInt8] {
        do throws(FileError) {
            return try readFile(path)
        } catch {
            throw LoadingError(text: "\(error)")
        }
    }

    private static func text(_ path: String) -> String? {
        do throws(FileError) {
            return String(decoding: try readFile(path), as: UTF8.self)
        } catch {
            return nil
        }
    }
}
