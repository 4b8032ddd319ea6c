import Configuration
import Foundation
import Interlocks
import Sessions
import Signal

/// A file as it was read, with the path it was read from.
struct InputFile: Sendable {
    var path: String
    var bytes: [UInt8]

    /// Reads `path`, or says why not.
    init(_ path: String) throws(Failure) {
        self.path = path
        do throws(FileError) { bytes = try readFile(path, limit: 64 << 20) } catch {
            throw Failure(ExitCode.badFile, "\(error)")
        }
    }

    /// The file's last path component.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }
    /// The bytes as text.
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Everything that people wrote for one run: profile, device, limits with signatures, network.
struct RunInputs: Sendable {
    var folder: String
    var profileFile: InputFile
    var profile: Profile
    var deviceFile: InputFile
    var device: Device
    var limitsFile: InputFile?
    var limitsEntries: LimitsFile?
    var limits: Limits?
    var signatures: [InputFile] = []
    /// What only tightens the limits, where it stands beside them.
    var overlayFile: InputFile?
    var networkFile: InputFile?
    /// The networks of the profile's `loops`, in their order; empty in a profile of one loop.
    var loopNetworks: [InputFile?] = []
    /// What the decoder learnt in earlier sessions, where that is kept.
    var readout: (readout: StoredReadout, bytes: [UInt8])?
    /// What a person should know of the profile although it fits.
    var profileWarnings: [Problem] = []

    /// Loads the profile in `folder` and all that it names.
    ///
    /// `settings` are values that stand in for those of the file, as `--set` gives them.
    ///
    /// - Throws: every problem of the first file that has problems.
    init(profile word: String, settings: [ProfileSetting] = []) throws(Failure) {
        folder = try Self.folder(of: word)
        var written = try InputFile(folder + "/profile.yaml")
        for setting in settings {
            do throws(SettingError) {
                written.bytes = try settingValue(
                    setting.path, to: setting.values[0], in: written.bytes, file: written.path)
            } catch { throw Failure(ExitCode.badFile, "\(error)") }
        }
        profileFile = written
        profile = try Self.loaded { () throws(ConfigurationError) in try loadProfile(written.bytes, file: written.path)
        }
        let found = try DeviceFiles.load(profile.device, from: folder)
        device = found.device
        deviceFile = try InputFile(found.path)
        try readNetworks()
        if profile.decoder.adaptation != nil, let networkFile, let store = ReadoutStore(profile: profile.name) {
            readout = try store.readout(network: "\(Hash256(of: networkFile.bytes))")
        }
        guard let name = profile.limits else { return }
        let file = try InputFile(folder + "/" + name)
        limitsFile = file
        for role in Role.allCases {
            let path = "\(file.path).\(role.rawValue).minisig"
            if FileManager.default.fileExists(atPath: path) { signatures.append(try InputFile(path)) }
        }
        let overlayPath = LimitsOverlay.path(besideLimits: file.path)
        if FileManager.default.fileExists(atPath: overlayPath) { overlayFile = try InputFile(overlayPath) }
        try takeLimits(file)
    }

    private mutating func readNetworks() throws(Failure) {
        guard !profile.loops.isEmpty else {
            if let name = profile.decoder.network { networkFile = try InputFile(folder + "/" + name) }
            return
        }
        for loop in profile.loops {
            guard let name = loop.decoder.network else { loopNetworks.append(nil); continue }
            loopNetworks.append(try InputFile(folder + "/" + name))
        }
    }

    /// Parses the limits and holds the profile against them.
    private mutating func takeLimits(_ file: InputFile) throws(Failure) {
        let overlay = overlayFile
        let entries = try Self.loaded { () throws(ConfigurationError) in
            try loadLimits(
                file.bytes, file: file.path, overlay: overlay?.bytes, overlayFile: overlay?.path ?? "")
        }
        guard let stimulator = device.stimulator else {
            throw Failure(
                ExitCode.badFile, "\(profileFile.path): `limits` is given, but device \(device.id) has no stimulator")
        }
        let limits = try Self.loaded { () throws(ConfigurationError) in try entries.limits(device: stimulator) }
        let problems = checkProfile(profile, against: entries, limits: limits, file: profileFile.path)
        let errors = problems.filter { $0.severity == .error }
        guard errors.isEmpty else { throw Failure(errors) }
        profileWarnings = problems
        limitsEntries = entries
        self.limits = limits
    }

    /// What stands against arming as far as files and clock say; the guard judges the same by itself, and the device.
    ///
    /// No error where both roles signed and now is inside.
    func armingProblems(now: Int64, subject: String?) -> [Problem] {
        guard let limitsFile, let limitsEntries else { return [] }
        let signature = { (role: Role) in signatures.first { $0.path.hasSuffix("\(role.rawValue).minisig") }?.text }
        var context = ArmingContext(now: now, device: device, trusted: TrustedKeys(besideLimits: limitsFile.path))
        (context.clinician, context.engineer) = (signature(.clinician), signature(.engineer))
        context.subject = subject
        context.acknowledgements = (try? readFile(limitsFile.path + ".acknowledgements")) ?? []
        var problems: [Problem] = []
        do throws(Failure) { context.revisions = try usedRevisions() } catch {
            problems.append(Problem(code: "ANSA-L407", file: limitsFile.path, field: "revision", text: error.text))
        }
        return problems + limitsEntries.armingProblems(limitsFile.bytes, in: context)
            + overlayProblems(
                overlayFile?.bytes, besideLimits: limitsFile.path, of: limitsEntries, trusted: context.trusted,
                device: device)
    }

    private static func loaded<Value>(_ load: () throws(ConfigurationError) -> Value) throws(Failure) -> Value {
        do throws(ConfigurationError) { return try load() } catch { throw Failure(error.problems) }
    }

    /// The folder of `word`: a path, or a name in Profiles.
    private static func folder(of word: String) throws(Failure) -> String {
        var word = word
        while word.count > 1, word.hasSuffix("/") { word.removeLast() }
        if word.hasSuffix("/profile.yaml") { word.removeLast("/profile.yaml".count) }
        for folder in [word, "Profiles/" + word] where FileManager.default.fileExists(atPath: folder + "/profile.yaml")
        {
            return folder
        }
        let known = (try? FileManager.default.contentsOfDirectory(atPath: "Profiles"))?.sorted() ?? []
        let profiles = known.filter { FileManager.default.fileExists(atPath: "Profiles/\($0)/profile.yaml") }
        var text = "no profile at \"\(word)\": expected a folder with profile.yaml, or a name in Profiles"
        if let nearest = nearestWord(
            to: word.split(separator: "/").last.map(String.init) ?? word, among: profiles)
        {
            text += ". Did you mean \"Profiles/\(nearest)\"?"
        }
        throw Failure(ExitCode.badFile, text)
    }
}
