import Configuration
import Foundation
import Signal
import Testing

/// The demonstration keys are public: they must arm nothing but emulations.
@Suite("Demonstration keys")
struct DemonstrationKeyTests {
    let bytes: [UInt8]
    let limits: LimitsFile
    let clinician: String
    let engineer: String
    let device: Device

    init() throws {
        let path = try Tree.limitsPath("adaptive-dbs")
        bytes = try Tree.bytes(path)
        limits = try loadLimits(bytes, file: path)
        clinician = try Tree.text(path + ".clinician.minisig")
        engineer = try Tree.text(path + ".engineer.minisig")
        device = try Tree.device("virtual-patient")
    }

    private func codes(
        _ device: Device, clinician: String?, engineer: String?, trusted: TrustedKeys = .demonstration
    ) -> [String] {
        verifySignatures(
            bytes, limits: limits, clinician: clinician, engineer: engineer, trusted: trusted, device: device
        ).map(\.code)
    }

    @Test("They arm no device whose source or stimulator is not virtual")
    func virtualOnly() {
        #expect(codes(device, clinician: clinician, engineer: engineer) == [])
        var realSource = device
        realSource.driver = "cyton"
        #expect(codes(realSource, clinician: clinician, engineer: engineer) == ["ANSA-L508", "ANSA-L508"])
        var realStimulator = device
        realStimulator.stimulator?.driver = "bench-stimulator"
        #expect(codes(realStimulator, clinician: clinician, engineer: engineer) == ["ANSA-L508", "ANSA-L508"])
    }

    @Test("A driver that this build does not know is not virtual")
    func unknownDriver() {
        for driver in ["", "virtual", "virtual-patient2", "Virtual-Patient"] { #expect(!Drivers.isVirtual(driver)) }
    }

    @Test("No file can call itself virtual")
    func noVirtualKey() throws {
        let text = try Tree.text("Devices/virtual-patient.yaml") + "\nvirtual: true\n"
        #expect(throws: ConfigurationError.self) { try loadDevice(Array(text.utf8), file: "d.yaml") }
    }

    @Test("A missing, swapped or foreign signature is refused")
    func missingAndSwapped() throws {
        #expect(codes(device, clinician: nil, engineer: engineer) == ["ANSA-L501"])
        #expect(codes(device, clinician: clinician, engineer: nil) == ["ANSA-L501"])
        #expect(codes(device, clinician: "x", engineer: engineer) == ["ANSA-L502"])
        let swapped = codes(device, clinician: engineer, engineer: clinician)
        #expect(swapped.contains("ANSA-L504") && swapped.contains("ANSA-L507"))
        let other = try Tree.text(try Tree.limitsPath("continuous-dbs") + ".clinician.minisig")
        #expect(codes(device, clinician: other, engineer: engineer) == ["ANSA-L505"])
    }

    @Test("A comment that binds another role, purpose or file is refused although the bytes are signed")
    func boundComment() throws {
        let key = try SecretKey(try Tree.text("Profiles/demonstration-keys/demonstration-clinician.key"))
        let right = trustedComment(role: .clinician, limits: limits)
        #expect(right == "role:clinician purpose:closed-loop file:01DXF6DT00ADAPT1VEDBS00001")
        let good = try sign(bytes, with: key, trustedComment: right)
        #expect(codes(device, clinician: good, engineer: engineer) == [])
        for wrong in [right + " ", "role:engineer" + right.dropFirst(14), "role:clinician purpose:bench file:x", ""] {
            let signature = try sign(bytes, with: key, trustedComment: wrong)
            #expect(codes(device, clinician: signature, engineer: engineer) == ["ANSA-L507"])
        }
        let forged = good.replacingOnce("purpose:closed-loop", "purpose:open-loop")
        #expect(codes(device, clinician: forged, engineer: engineer) == ["ANSA-L506"])
    }

    @Test("The compiled keys are those in the tree")
    func compiledKeys() throws {
        for role in Role.allCases {
            let key = try PublicKey(try Tree.text("Profiles/demonstration-keys/demonstration-\(role.rawValue).pub"))
            let known = try #require(TrustedKeys.demonstration.key(id: key.id))
            #expect(known.key == key && known.role == role && known.trust == .demonstration)
        }
        #expect(TrustedKeys.demonstration.keys.count == 2)
    }

    @Test("Keys of a folder count only when it belongs to root and nobody else may write it")
    func folder() throws {
        try MinisignProgram.inFolder { folder in
            let text = "untrusted comment: x\nRWTgZy0rt9r05aq5PKzgO+5Z/Fum4WEDsSXmQZLAUIZcVK4OhJN1RSPx\n"
            try text.write(toFile: folder + "/ward.clinician.pub", atomically: true, encoding: .utf8)
            try text.write(toFile: folder + "/nameless.pub", atomically: true, encoding: .utf8)
            func trusted(_ mode: Int) throws -> TrustedKeys {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder)
                return TrustedKeys(folder: folder)
            }
            let isRoot = getuid() == 0
            #expect(try trusted(0o755).keys.count == (isRoot ? 3 : 2))
            if isRoot { #expect(try trusted(0o755).keys.last?.trust == .administrator) }
            #expect(try trusted(0o755).warnings.count == 1)
            #expect(try trusted(0o777).keys.count == 2)
            #expect(try trusted(0o775).keys.count == 2)
            #expect(try trusted(0o777).warnings.map(\.code) == ["ANSA-K001"])
        }
        #expect(TrustedKeys(folder: "/nonexistent").keys.count == 2)
        #expect(TrustedKeys(folder: "/nonexistent").warnings == [])
    }
}
