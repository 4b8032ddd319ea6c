/// What a guard gave up before it served, because it never needs it.
public struct GuardConfinement: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Nothing that it could start may gain privileges.
    public static let noNewPrivileges = GuardConfinement(rawValue: 1)
    /// No core file, few open files, no look into its memory.
    public static let limits = GuardConfinement(rawValue: 2)
    /// A user of its own.
    public static let ownUser = GuardConfinement(rawValue: 4)
    /// A network namespace without a network.
    public static let noNetwork = GuardConfinement(rawValue: 8)
    /// A seccomp filter: no Internet socket, no program, no process, no tracing, no mount.
    public static let systemCalls = GuardConfinement(rawValue: 16)
    /// Landlock: it writes into its state folder and nowhere else.
    public static let writes = GuardConfinement(rawValue: 32)

    /// Each measure with its name, in a fixed order.
    public static let names: [(measure: GuardConfinement, name: String)] = [
        (.noNewPrivileges, "no-new-privileges"), (.limits, "resource-limits"), (.ownUser, "own-user"),
        (.noNetwork, "network-namespace"), (.systemCalls, "seccomp"), (.writes, "landlock"),
    ]

    /// The names of what holds, or where `holds` is false of what does not.
    public func names(holding holds: Bool = true) -> String {
        Self.names.filter { contains($0.measure) == holds }.map(\.name).joined(separator: " ")
    }
}
