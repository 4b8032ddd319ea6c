import Configuration
import Foundation
import Signal
import Testing

/// The independent program.
enum MinisignProgram {
    static let path = ["/usr/bin/minisign", "/usr/local/bin/minisign"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// True where the test may run; with ANSA_REQUIRE_DATA=1 it must.
    static let isExpected = path != nil || ProcessInfo.processInfo.environment["ANSA_REQUIRE_DATA"] == "1"

    static func run(_ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(path))
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// A fresh folder that is removed afterwards.
    static func inFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ansa keys \(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder.path)
    }

    static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
}

@Suite("Signatures")
struct SignatureTests {
    @Test(
        "minisign verifies what we sign",
        .enabled(if: MinisignProgram.isExpected, "needs the program minisign"))
    func theyVerifyOurs() throws {
        try MinisignProgram.inFolder { folder in
            let (secret, file) = ("\(folder)/k.key", "\(folder)/f.yaml")
            #expect(try MinisignProgram.run(["-G", "-W", "-p", "\(folder)/k.pub", "-s", secret]) == 0)
            try Data(ExampleLimits.bytes).write(to: URL(fileURLWithPath: file))
            let key = try SecretKey(try MinisignProgram.text(secret))
            let signature = try sign(ExampleLimits.bytes, with: key, trustedComment: "role:clinician µ")
            try signature.write(toFile: "\(folder)/f.minisig", atomically: true, encoding: .utf8)
            let verify = ["-V", "-m", file, "-x", "\(folder)/f.minisig", "-p", "\(folder)/k.pub"]
            #expect(try MinisignProgram.run(verify) == 0)
            try Data(ExampleLimits.bytes + [10]).write(to: URL(fileURLWithPath: file))
            #expect(try MinisignProgram.run(verify) != 0)
        }
    }

    @Test(
        "We verify what minisign signs, prehashed and legacy",
        .enabled(if: MinisignProgram.isExpected, "needs the program minisign"), arguments: [false, true])
    func weVerifyTheirs(isLegacy: Bool) throws {
        try MinisignProgram.inFolder { folder in
            let file = "\(folder)/f.yaml"
            try Data(ExampleLimits.bytes).write(to: URL(fileURLWithPath: file))
            #expect(try MinisignProgram.run(["-G", "-W", "-p", "\(folder)/k.pub", "-s", "\(folder)/k.key"]) == 0)
            var arguments = ["-S", "-W", "-s", "\(folder)/k.key", "-m", file, "-x", "\(folder)/f.sig", "-t", "role:x"]
            if isLegacy { arguments.insert("-l", at: 1) }
            #expect(try MinisignProgram.run(arguments) == 0)
            let signature = try Signature(try MinisignProgram.text("\(folder)/f.sig"))
            let key = try PublicKey(try MinisignProgram.text("\(folder)/k.pub"))
            #expect(signature.isPrehashed != isLegacy)
            #expect(signature.trustedComment == "role:x")
            #expect(signature.signs(ExampleLimits.bytes, key: key) && signature.signsComment(key: key))
            #expect(!signature.signs(ExampleLimits.bytes.dropLast(), key: key))
            var forged = signature
            forged.trustedComment = "role:y"
            #expect(!forged.signsComment(key: key))
        }
    }

    @Test("Damaged keys and signatures are refused with a reason, never a trap")
    func damaged() throws {
        let path = try Tree.limitsPath("adaptive-dbs")
        let text = try Tree.text(path + ".clinician.minisig")
        for length in stride(from: 0, to: text.count - 2, by: 7) {
            #expect(throws: SignatureError.self) { try Signature(String(text.prefix(length))) }
        }
        #expect(throws: SignatureError.self) { try PublicKey("") }
        #expect(throws: SignatureError.self) {
            try PublicKey("RWQ0Dw4r5tF1zq3CTbovMTBVNatnGa8g1WTEq9qyTu8VQKGtUYI4Z3H")
        }
        #expect(throws: SignatureError.self) { try SecretKey("untrusted comment: x\nRWQ0") }
        let key = try Tree.text("Profiles/demonstration-keys/demonstration-clinician.key")
        // "Sc" and "B2" where the key derivation stands: a key with a password.
        let locked = key.replacingOnce("RWQAAEIy", "RWRTY0Iy")
        #expect(throws: SignatureError.self) { try SecretKey(locked) }
    }
}
