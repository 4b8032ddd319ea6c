import Configuration
import Interlocks
import Signal

/// Any bytes as a limits file, a device file and a profile: refused with a message, or loaded.
enum LimitsTarget {
    static let stimulator = StimulatorDeviceOfDemonstration.device

    static func run(_ bytes: [UInt8]) -> Int32 {
        do throws(ConfigurationError) {
            let file = try loadLimits(bytes, file: "fuzz.limits.yaml")
            _ = file.timeProblems(at: 1_800_000_000)
            if let stimulator { check(try file.limits(device: stimulator)) }
        } catch { expectText("\(error)") }
        do throws(ConfigurationError) { _ = try loadDevice(bytes, file: "fuzz.yaml") } catch { expectText("\(error)") }
        do throws(ConfigurationError) { _ = try loadProfile(bytes, file: "fuzz.yaml") } catch { expectText("\(error)") }
        return 0
    }

    /// Whatever a file says, the compiled ceilings hold.
    private static func check(_ limits: Limits) {
        precondition(limits.chargeDensity <= CompiledCeilings.chargeDensity)
        precondition(limits.shannonK <= CompiledCeilings.shannonK)
        precondition(limits.lease <= CompiledCeilings.lease)
        precondition(!limits.doseWindows.isEmpty)
    }

    private static func expectText(_ text: String) { precondition(!text.isEmpty) }
}

/// The shipped virtual stimulator, from the file beside the package that runs the fuzzer.
enum StimulatorDeviceOfDemonstration {
    static let device: StimulatorDevice? = {
        guard let bytes = try? readFile("Devices/virtual-patient.yaml"),
            let device = try? loadDevice(bytes, file: "virtual-patient.yaml")
        else { return nil }
        return device.stimulator
    }()

    /// The shipped limits on it.
    static let limits: Limits? = {
        guard let device, let bytes = try? readFile("Profiles/adaptive-dbs/stn-left.limits.yaml"),
            let file = try? loadLimits(bytes, file: "stn-left.limits.yaml")
        else { return nil }
        return try? file.limits(device: device)
    }()
}
