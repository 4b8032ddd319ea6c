import Configuration
import Foundation
import Signal
import Testing

/// Files that load and must not arm: another subject, device or purpose, another time, an older revision, other keys.
///
/// Times from `date -ud … +%s`; positions by hand in the example.
@Suite("Faults of arming")
struct ArmingFaultTests {
    static let serial = "EMU-00231"

    @Test("The signed example arms what it names, and says nothing")
    func good() throws {
        let example = try SignedExample()
        #expect(example.limits.armingProblems(example.bytes, in: example.context()) == [])
    }

    @Test("FI-60 a file for another subject is refused, and one that meets no subject arms virtual devices only")
    func subject() throws {
        let example = try SignedExample()
        #expect(example.errors { $0.subject = "S-0471" } == ["ANSA-L402"])
        #expect(example.errors { $0.subject = "s-0417" } == ["ANSA-L402"])
        #expect(example.errors { $0.subject = nil } == [])
        let real = example.errors { context in
            context.subject = nil
            context.device.driver = "cyton"
        }
        #expect(real == ["ANSA-L508", "ANSA-L508", "ANSA-L403"])
    }

    static let identities = [
        DeviceIdentity(model: "emulated-stim-32", serial: serial, firmware: "3.4"),
        DeviceIdentity(model: "emulated-stim-16", serial: "EMU-00232", firmware: "3.4"),
        DeviceIdentity(model: "emulated-stim-16", serial: serial, firmware: "4.0"),
        DeviceIdentity(model: "emulated-stim-16", serial: serial, firmware: "3.1.9"),
        DeviceIdentity(model: "emulated-stim-16", serial: serial, firmware: "3.4"),
    ]

    @Test(
        "FI-60 what the device says it is decides, not its file", arguments: zip(identities, [420, 421, 422, 422, 0]))
    func identity(identity: DeviceIdentity, code: Int) throws {
        let example = try SignedExample()
        #expect(example.errors { $0.identity = identity } == (code == 0 ? [] : ["ANSA-L\(code)"]))
    }

    @Test("FI-60 purposes bench and hil arm nothing whose driver is neither virtual nor for the bench")
    func purpose() throws {
        for purpose in ["bench", "hil"] {
            let example = try SignedExample([("purpose: closed-loop", "purpose: \(purpose)")])
            #expect(example.errors { _ in } == [])
            let real = example.errors { $0.device.stimulator?.driver = "some-stimulator" }
            #expect(real.contains("ANSA-L413"))
        }
        let clinical = try SignedExample()
        let implanted = clinical.errors { $0.device.stimulator?.driver = "some-stimulator" }
        #expect(!implanted.contains("ANSA-L413"))
    }

    @Test("A device without balance arms bench and hil only; one that keeps a program arms by its signed hash only")
    func stimulator() throws {
        let example = try SignedExample()
        #expect(example.errors { $0.device.stimulator?.balance = .none } == ["ANSA-L414"])
        let bench = try SignedExample([("purpose: closed-loop", "purpose: bench")])
        #expect(bench.errors { $0.device.stimulator?.balance = .none } == [])
        #expect(example.errors { $0.device.stimulator?.onLeaseEnd = .storedProgram } == ["ANSA-L415"])
        let hash = hashText(of: Array("program".utf8))
        let signed = try SignedExample([("  ceiling_compliance:", "  stored_program: \(hash)\n  ceiling_compliance:")])
        func errors(_ found: String?) -> [String] {
            signed.errors { context in
                context.device.stimulator?.onLeaseEnd = .storedProgram
                context.storedProgram = found
            }
        }
        #expect(errors(nil) == ["ANSA-L416"] && errors(hashText(of: [])) == ["ANSA-L416"] && errors(hash) == [])
    }

    /// 2 mA × 4.5 kΩ is 9.0 V, 0.9 × 10 V exactly; 2.5 mA × 3.6 kΩ and 3.5 mA × 2.571 kΩ are the edges beside it.
    @Test("Measured impedances decide anew whether the compliance is enough")
    func compliance() throws {
        let example = try SignedExample()
        func codes(_ milliohms: Int64, of contact: String = "2a") -> [String] {
            var context = example.context()
            context.impedances = [contact: milliohms]
            return example.limits.armingProblems(example.bytes, in: context).map { "\($0.severity) \($0.line)" }
        }
        #expect(codes(2_571_000) == [])
        #expect(codes(2_571_429) == ["warning 60"])
        #expect(codes(3_600_000) == ["warning 60"])
        #expect(codes(3_600_001) == ["warning 60", "warning 123"])
        #expect(codes(4_500_000) == ["warning 60", "warning 123"])
        #expect(codes(4_500_001) == ["warning 60", "error 118", "warning 123"])
        #expect(codes(.max) == ["warning 60", "error 118", "warning 123"])
        #expect(codes(.max, of: "e1") == [] && codes(-1) == [])
    }

    /// 2026-11-21 00:00:00Z, 2027-02-20 00:00:00Z, 2020-01-01 and 1970.
    @Test("FI-61 too early, expired, and a clock before 2020 are refused to the second")
    func window() throws {
        let example = try SignedExample()
        let (first, last) = (Int64(1_795_219_200), Int64(1_803_081_600))
        #expect(example.errors(at: first - 1) { _ in } == ["ANSA-L304"])
        #expect(example.errors(at: first) { _ in } == [])
        #expect(example.errors(at: last - 1) { _ in } == [])
        #expect(example.errors(at: last) { _ in } == ["ANSA-L305"])
        for clock in [0, 1_577_836_799, Int64.min, -1] {
            #expect(example.errors(at: clock) { _ in } == ["ANSA-L307"])
        }
        #expect(example.errors(at: 1_577_836_800) { _ in } == ["ANSA-L304"])
    }

    @Test("FI-61 an expiry in the middle of a session is found when it comes, warned a day and an hour before")
    func midSession() throws {
        let example = try SignedExample()
        let last = Int64(1_803_081_600)
        func warnings(_ before: Int64) -> [String] {
            example.limits.armingProblems(example.bytes, in: example.context(at: last - before)).map(\.description)
        }
        let place = "ANSA-L308 WARN  limits.yaml:10:10 expires: the file ends within"
        #expect(warnings(86_401) == [])
        #expect(warnings(86_400) == ["\(place) 24 h (2027-02-20T00:00:00Z)."])
        #expect(warnings(3_600) == ["\(place) 1 h (2027-02-20T00:00:00Z)."])
        #expect(example.limits.timeProblems(at: last - 1) == [])
        #expect(example.limits.timeProblems(at: last).map(\.code) == ["ANSA-L305"])
        #expect(try example.limits.limits(device: LimitsCrossCheckTests.stimulator).onExpiry == .openLoopBaseline)
    }

    @Test("FI-62 an older revision is refused, the same with other bytes too, a skipped one warns")
    func revisions() throws {
        let example = try SignedExample()
        let used = try #require(FileDate.seconds("2026-11-21T08:00:00Z"))
        func problems(_ changes: [(String, String)], serial: String = "EMU-00231") throws -> [String] {
            var record = RevisionRecord()
            _ = record.note(example.limits, bytes: example.bytes, serial: serial, at: used)
            let file = try SignedExample(changes)
            var context = file.context()
            context.revisions = record
            return file.limits.armingProblems(file.bytes, in: context).map { "\($0.code) \($0.line):\($0.column)" }
        }
        #expect(try problems([]) == [])
        #expect(try problems([("revision: 7 ", "revision: 6 ")]) == ["ANSA-L404 6:11"])
        #expect(try problems([("revision: 7 ", "revision: 1 ")], serial: "EMU-00232") == [])
        #expect(try problems([("ceiling_compliance: 10 V", "ceiling_compliance: 9.9 V")]) == ["ANSA-L405 6:11"])
        let supersedes = ("b14d098809de74ec26984343d2c1b057e8a7f79e31ec4c9f4ee7b960db798522", "")
        let next = (supersedes.0, String(hashText(of: example.bytes).dropFirst(8)))
        #expect(try problems([("revision: 7 ", "revision: 8 "), next]) == [])
        #expect(try problems([("revision: 7 ", "revision: 8 ")]) == ["ANSA-L408 7:13"])
        #expect(try problems([("revision: 7 ", "revision: 9 ")]) == ["ANSA-L406 6:11"])
    }

    @Test("FI-62 the record of revisions outlives the process; a cut, edited or unreadable one refuses")
    func record() throws {
        let example = try SignedExample()
        try MinisignProgram.inFolder { folder in
            var record = try RevisionRecord(folder: folder)
            #expect(record.entries == [])
            let isNew = record.note(example.limits, bytes: example.bytes, serial: Self.serial, at: 1_796_083_200)
            #expect(isNew)
            try record.write(folder: folder)
            #expect(try RevisionRecord(folder: folder) == record)
            let isNewAgain = record.note(example.limits, bytes: example.bytes, serial: Self.serial, at: 1_800_000_000)
            #expect(!isNewAgain && record.entries.first?.firstUsed == 1_796_083_200)
            let older = try SignedExample([("revision: 7 ", "revision: 6 ")])
            let isOlderNew = record.note(older.limits, bytes: older.bytes, serial: Self.serial, at: 1_800_000_000)
            #expect(!isOlderNew)
            let path = folder + "/revisions"
            let good = try readFile(path)
            #expect(String(decoding: good, as: UTF8.self).split(separator: "\n").count == 3)
            for index in good.indices {
                var bad = good
                bad[index] ^= 1
                try Data(bad).write(to: URL(fileURLWithPath: path))
                #expect(throws: RevisionError.self) { try RevisionRecord(folder: folder) }
                try Data(good[..<index]).write(to: URL(fileURLWithPath: path))
                #expect(throws: RevisionError.self) { try RevisionRecord(folder: folder) }
            }
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            #expect(throws: RevisionError.self) { try RevisionRecord(folder: folder) }
            #expect(throws: FileError.self) { try record.write(folder: folder) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["revisions"])
        }
    }

    @Test("FI-63 one role alone, roles swapped, one key for both, and a signature over another file are refused")
    func signatures() throws {
        let example = try SignedExample()
        #expect(example.errors { $0.engineer = nil } == ["ANSA-L501"])
        #expect(example.errors { $0.clinician = nil } == ["ANSA-L501"])
        let swapped = example.errors { ($0.clinician, $0.engineer) = (example.engineer, example.clinician) }
        #expect(Set(swapped) == ["ANSA-L504", "ANSA-L507"])
        let one = try SignedExample.signature(of: example.bytes, example.limits, .engineer, by: .clinician)
        #expect(Set(example.errors { $0.engineer = one }) == ["ANSA-L504", "ANSA-L507"])
        let other = try SignedExample.signature(of: example.bytes + [0x0A], example.limits, .clinician)
        #expect(example.errors { $0.clinician = other } == ["ANSA-L505"])
    }

    @Test("FI-63 a revoked key signs nothing, a list that cannot be read leaves no key")
    func revoked() throws {
        let example = try SignedExample()
        func errors(_ list: String) -> [String] {
            example.errors { $0.trusted = TrustedKeys(demonstrationWithout: list) }
        }
        #expect(errors("# none\n\n") == [])
        #expect(errors("0123456789ABCDEF\n") == [])
        #expect(errors("CE75D1E62B0E0F34   # lost on 3 May\n") == ["ANSA-L509"])
        #expect(errors("minisign:0e3eca51a1a3e060") == ["ANSA-L509"])
        #expect(errors("CE75D1E62B0E0F34\n0E3ECA51A1A3E060\n") == ["ANSA-L509", "ANSA-L509"])
        #expect(errors("CE75D1E62B0E0F3\n") == ["ANSA-L509", "ANSA-L509"])
        #expect(errors("revoke CE75D1E62B0E0F34\n") == ["ANSA-L509", "ANSA-L509"])
        try MinisignProgram.inFolder { folder in
            try Data("CE75D1E62B0E0F34\n".utf8).write(to: URL(fileURLWithPath: folder + "/list"))
            let trusted = TrustedKeys(folder: "/nonexistent", revocations: [folder + "/list", folder + "/absent"])
            #expect(trusted.revoked == ["CE75D1E62B0E0F34"] && trusted.warnings == [])
            let unreadable = TrustedKeys(folder: "/nonexistent", revocations: [folder])
            #expect(unreadable.revoked.count == 2 && unreadable.warnings.map(\.code) == ["ANSA-K001"])
        }
        let shipped = TrustedKeys(besideLimits: Tree.root + "/Profiles/adaptive-dbs/stn-left.limits.yaml")
        #expect(shipped.revoked == [])
    }

    /// Consent ends on 2027-06-30 in the example; here on 2026-12-02, a day after now.
    @Test("FI-67 a missing scope is refused, ended consent too, also when it ends in the middle of a session")
    func consent() throws {
        let scope = "consent_scope: [record, stimulate, closed-loop]"
        for missing in ["[record, closed-loop]", "[record, stimulate]", "[]"] {
            let error = try #require(throws: ConfigurationError.self) {
                try SignedExample([(scope, "consent_scope: \(missing)")])
            }
            #expect(error.problems.contains { $0.code == "ANSA-L411" && $0.line > 14 }, "\(missing)")
        }
        let bench = try SignedExample([(scope, "consent_scope: [record]"), ("purpose: closed-loop", "purpose: bench")])
        #expect(bench.errors { _ in } == ["ANSA-L411"])
        let ending = try SignedExample([("consent_expires: \"2027-06-30\"", "consent_expires: \"2026-12-02\"")])
        let end = SignedExample.now + 86_400
        #expect(ending.errors(at: end - 1) { _ in } == [])
        #expect(ending.errors(at: end) { _ in } == ["ANSA-L306"])
        let problem = try #require(ending.limits.timeProblems(at: end).first)
        #expect((problem.line, problem.column) == (18, 20) && problem.field == "subject.consent_expires")
    }
}
