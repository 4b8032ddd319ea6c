import Configuration
import Interlocks
import Signal
import Testing

@Suite("Shipped files")
struct ShippedFilesTests {
    @Test("Every shipped device loads under its own name and is virtual", arguments: Tree.devices)
    func deviceLoads(id: String) throws {
        let device = try Tree.device(id)
        #expect(device.id == id)
        #expect(device.isVirtual)
    }

    /// Expected values from the issue of the devices: 30 kHz int16 of 0.195 µV a count; 1 kHz float32.
    @Test("Devices say what their hardware is")
    func deviceValues() throws {
        let wide = try Tree.device("synthetic-1024")
        #expect(wide.montage.channels.count == 1_024)
        #expect(wide.montage.channels.last?.label == "ch1023")
        #expect(wide.montage.channels.first?.unitsPerCount == 0.195)
        #expect(wide.rateNumerator == 30_000 && wide.rateDenominator == 1 && wide.sampleKind == .int16)
        #expect(wide.stimulator == nil)
        #expect(wide.options["sine_amplitude"] == "50000")
        let patient = try Tree.device("virtual-patient")
        #expect(patient.rateNumerator == 1_000 && patient.sampleKind == .float32)
        #expect(patient.montage.channels.count == 3)
        #expect(patient.stimulator?.impedance == 1_200_000)
        #expect(patient.stimulator?.leaseMaximum == Microseconds(250_000))
    }

    @Test("Every shipped profile loads, its device exists, its seed and block are set", arguments: Tree.profiles)
    func profileLoads(name: String) throws {
        let profile = try Tree.profile(name)
        #expect(profile.name == name)
        #expect(profile.blockNanoseconds == (name == "bench-1024" ? 1_000_000 : 10_000_000))
        let device = try Tree.device(profile.device)
        #expect((profile.limits != nil) == profile.controller.stimulates)
        if profile.controller.stimulates { #expect(device.stimulator != nil) }
    }

    @Test("The shipped scale is a millionth and says why")
    func gripForceScale() throws {
        let profile = try Tree.profile("grip-force")
        #expect(profile.scale == 0.000001)
        #expect(profile.scaleReason?.contains("volts") == true)
        #expect(profile.channels?.count == 9)
    }

    @Test(
        "Limits of a shipped profile fit its device and profile, and both signatures verify",
        arguments: Tree.stimulating)
    func limitsVerify(name: String) throws {
        let profile = try Tree.profile(name)
        let device = try Tree.device(profile.device)
        let path = try Tree.limitsPath(name)
        let bytes = try Tree.bytes(path)
        let file = try loadLimits(bytes, file: path)
        let stimulator = try #require(device.stimulator)
        let limits = try file.limits(device: stimulator)
        #expect(checkProfile(profile, against: file, limits: limits, file: "profile.yaml") == [])
        let problems = verifySignatures(
            bytes, limits: file, clinician: try Tree.text(path + ".clinician.minisig"),
            engineer: try Tree.text(path + ".engineer.minisig"), trusted: .demonstration, device: device)
        #expect(problems == [])
        #expect(limits.onWatchdog == .stop)
        #expect(limits.allowsClosedLoop)
        // 130 Hz: 1,000,000 / 130 = 7692.3, rounded up; 2 mA = 2,000,000 nA.
        #expect(limits.baseline?.period == Microseconds(7_693))
        #expect(limits.baseline?.amplitude == Nanoamperes(2_000_000))
    }

    /// 2026-01-01, 2000-01-01 and 2040-01-01 in seconds since 1970, from `date -ud … +%s`.
    @Test("Shipped limits begin years back and end within twenty years", arguments: Tree.stimulating)
    func limitsInTime(name: String) throws {
        let path = try Tree.limitsPath(name)
        let file = try loadLimits(try Tree.bytes(path), file: path)
        #expect(file.timeProblems(at: 1_767_225_600) == [])
        #expect(file.timeProblems(at: 946_684_800).map(\.code) == ["ANSA-L307"])
        #expect(file.timeProblems(at: 2_208_988_800).map(\.code).contains("ANSA-L305"))
    }

    @Test("One flipped bit in any byte of a signed file is refused", arguments: Role.allCases)
    func flippedBit(role: Role) throws {
        let path = try Tree.limitsPath("adaptive-dbs")
        var bytes = try Tree.bytes(path)
        let signature = try Signature(try Tree.text("\(path).\(role.rawValue).minisig"))
        let key = try #require(TrustedKeys.demonstration.key(id: signature.keyID)).key
        #expect(signature.signs(bytes, key: key))
        var accepted = 0
        for index in bytes.indices {
            bytes[index] ^= 1 << UInt8(index % 8)
            if signature.signs(bytes, key: key) { accepted += 1 }
            bytes[index] ^= 1 << UInt8(index % 8)
        }
        #expect(accepted == 0)
    }
}
