import Configuration
import Foundation
import Signal
import Testing

/// The example file approved by and signed with the demonstration keys, for the emulated stimulator that it names.
struct SignedExample {
    let bytes: [UInt8]
    let limits: LimitsFile
    var clinician: String
    var engineer: String
    let device: Device

    /// 2026-12-01T00:00:00Z, inside the example's time: `date -ud 2026-12-01 +%s`.
    static let now: Int64 = 1_796_083_200

    static let keyNames = [
        ("clinician: minisign:6F1C2A9B04D7E3A8", "clinician: minisign:CE75D1E62B0E0F34"),
        ("engineer: minisign:B3508ED2197C4F60", "engineer: minisign:0E3ECA51A1A3E060"),
    ]

    init(_ changes: [(String, String)] = []) throws {
        let text = (Self.keyNames + changes).reduce(ExampleLimits.text) { $0.replacingOnce($1.0, $1.1) }
        bytes = Array(text.utf8)
        limits = try loadLimits(bytes, file: ExampleLimits.file)
        clinician = try Self.signature(of: bytes, limits, .clinician)
        engineer = try Self.signature(of: bytes, limits, .engineer)
        var device = try Tree.device("virtual-patient")
        device.stimulator = LimitsCrossCheckTests.stimulator
        self.device = device
    }

    static func secretKey(_ role: Role) throws -> SecretKey {
        try SecretKey(try Tree.text("Profiles/demonstration-keys/demonstration-\(role.rawValue).key"))
    }

    static func signature(of bytes: [UInt8], _ limits: LimitsFile, _ role: Role, by key: Role? = nil) throws -> String {
        try sign(bytes, with: secretKey(key ?? role), trustedComment: trustedComment(role: role, limits: limits))
    }

    func context(at now: Int64 = now) -> ArmingContext {
        var context = ArmingContext(now: now, device: device, trusted: .demonstration)
        (context.clinician, context.engineer) = (clinician, engineer)
        context.subject = "S-0417"
        return context
    }

    /// The codes of all problems, warnings apart.
    func errors(_ context: ArmingContext) -> [String] {
        limits.armingProblems(bytes, in: context).filter { $0.severity == .error }.map(\.code)
    }

    /// After `change` of the context; the unchanged one arms.
    func errors(at now: Int64 = now, _ change: (inout ArmingContext) -> Void) -> [String] {
        var context = context(at: now)
        change(&context)
        return errors(context)
    }
}
