public import VirtualLab

/// How a device is emulated below the program: what a tier above 0 adds to it.
///
/// A tier needs one value of this for each device, in ``Emulator/all``, and nothing else:
///
///     Emulator(
///         tier: 1, device: "cyton-on-a-pty", packages: [Package(name: "python3", file: "/usr/bin/python3")],
///         start: { folder, faults throws(EmulatorError) in RunningEmulator(environment: […], end: { … }) })
///
/// `device` is the id of a file in Devices, whose driver is the one that real hardware is reached by. Where a package
/// is missing the tier is skipped with its name, and never passed.
public struct Emulator: Sendable {
    public var tier: Int
    public var device: String
    public var packages: [Package]
    /// Starts the emulation, which keeps its files in `folder` and goes wrong as `faults` say.
    public var start: @Sendable (_ folder: String, _ faults: EmulationFaults) throws(EmulatorError) -> RunningEmulator

    /// A Debian package, and a file by which its presence is seen.
    public struct Package: Sendable, Hashable {
        public var name: String
        public var file: String

        /// A package.
        public init(name: String, file: String) { (self.name, self.file) = (name, file) }
    }

    /// An emulation of `device` on `tier`.
    public init(
        tier: Int, device: String, packages: [Package],
        start:
            @escaping @Sendable (_ folder: String, _ faults: EmulationFaults) throws(EmulatorError) ->
            RunningEmulator
    ) {
        (self.tier, self.device, self.packages, self.start) = (tier, device, packages, start)
    }

    /// Every emulation above tier 0, where devices are values of VirtualLab and need none.
    public static let all: [Emulator] = []
}

/// An emulation that runs.
public struct RunningEmulator: Sendable {
    /// What the driver has to find in its environment.
    public var environment: [String: String]
    /// Ends it; called once.
    public var end: @Sendable () -> Void

    /// An emulation that `end` ends.
    public init(environment: [String: String], end: @escaping @Sendable () -> Void) {
        (self.environment, self.end) = (environment, end)
    }
}

/// Why an emulation did not start.
public struct EmulatorError: Error, Sendable {
    public var text: String

    /// An error that says `text`.
    public init(_ text: String) { self.text = text }
}
