import Foundation
import Testing

/// `ansa run --arm` with limits that load and must not arm; the folder of states keeps what was used before.
struct ArmingRunTests {
    /// The last line is BLAKE2b-256 of the lines before it: `b2sum -l 256`.
    static let record =
        "ansa.revisions/1\nVIRTUAL-01\tVIRT-0001\t2\tblake2b:" + String(repeating: "0", count: 64)
        + "\t1790000000\nblake2b:ad379799c7c585a3274e561e0d3798fc3f5bffc4b4f5b53e28fdfe9d9520f835\n"

    private func arm(_ copy: ProfileCopy, state: String = "", subject: [String] = []) throws -> Outcome {
        let words = ["run", copy.folder.path, "--arm", "--pace", "max", "--seconds", "1"]
        return try BuiltProgram.ansa.run(
            words + subject + ["--session", copy.session.path], environment: ["ANSA_STATE_DIR": state])
    }

    @Test("FI-62 an older revision than the one on record ends a run with 65 before a session begins")
    func olderRevision() throws {
        let copy = try ProfileCopy("adaptive-dbs")
        defer { copy.remove() }
        let state = copy.root.appendingPathComponent("state")
        try FileManager.default.createDirectory(at: state, withIntermediateDirectories: true)
        let file = state.appendingPathComponent("revisions")
        try Data(Self.record.utf8).write(to: file)
        let outcome = try arm(copy, state: state.path)
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("ANSA-L404") && outcome.errors.contains("5:11 revision: 1, but revision 2"))
        try Data(Self.record.dropLast(2).utf8).write(to: file)
        let damaged = try arm(copy, state: state.path)
        #expect(damaged.code == 65 && damaged.errors.contains("ANSA-L407"))
        #expect(!FileManager.default.fileExists(atPath: copy.session.path))
        #expect(try FileManager.default.contentsOfDirectory(atPath: state.path) == ["revisions"])
    }

    @Test("A run for another subject than the limits are signed for ends with 65; for theirs it arms and is labelled")
    func subject() throws {
        let copy = try ProfileCopy("adaptive-dbs")
        defer { copy.remove() }
        let other = try arm(copy, subject: ["--subject", "VIRTUAL-10"])
        #expect(other.code == 65 && other.errors.contains("ANSA-L402") && other.errors.contains("VIRTUAL-01"))
        #expect(!FileManager.default.fileExists(atPath: copy.session.path))
        let own = try arm(copy, subject: ["--subject", "VIRTUAL-01"])
        #expect(own.code == 0)
        let shown = try BuiltProgram.ansa.run(["session", "show", copy.session.path])
        #expect(shown.code == 0 && shown.output.contains("VIRTUAL-01"))
    }

    @Test("FI-63 a key that was revoked beside the demonstration keys ends a run with 65")
    func revokedKey() throws {
        let copy = try ProfileCopy("adaptive-dbs")
        defer { copy.remove() }
        let keys = copy.root.appendingPathComponent("Profiles/demonstration-keys")
        try FileManager.default.createDirectory(at: keys, withIntermediateDirectories: true)
        try Data("CE75D1E62B0E0F34\n".utf8).write(to: keys.appendingPathComponent("revoked"))
        let outcome = try arm(copy)
        #expect(outcome.code == 65 && outcome.errors.contains("ANSA-L509"))
        #expect(!FileManager.default.fileExists(atPath: copy.session.path))
    }

    @Test("An overlay that nobody signed, or that widens, ends a run with 65")
    func overlay() throws {
        let copy = try ProfileCopy("adaptive-dbs")
        defer { copy.remove() }
        let limits = copy.folder.appendingPathComponent("stn-left.limits.yaml")
        let hash = try BuiltProgram(executable: URL(fileURLWithPath: "/usr/bin/b2sum")).run(["-l", "256", limits.path])
        func write(_ body: String) throws {
            let text =
                "schema: ansa.limits-overlay/1\nbase: blake2b:\(hash.output.prefix(64))\n"
                + "reason_for_change: test\n\(body)\n"
            try Data(text.utf8).write(to: copy.folder.appendingPathComponent("stn-left.overlay.yaml"))
        }
        try write("rate: {max_step: 0.6 mA}")
        let wider = try arm(copy)
        #expect(wider.code == 65 && wider.errors.contains("ANSA-O403"))
        try write("rate: {max_step: 0.4 mA}")
        let unsigned = try arm(copy)
        #expect(unsigned.code == 65 && unsigned.errors.contains("ANSA-L501"))
        #expect(!FileManager.default.fileExists(atPath: copy.session.path))
    }
}
