import Configuration
import Signal

extension Command {
    /// `ansa devices`.
    static let devices = Command(
        name: "devices", overview: "Shows what is known about devices.", subcommands: [devicesList, devicesShow])

    private static let devicesList = Command(
        name: "list", overview: "Lists the devices that have a file in Devices.", options: [.format],
        examples: ["ansa devices list"]
    ) { arguments in
        Failure.code { () throws(Failure) in
            var reports: [DeviceReport] = []
            for path in DeviceFiles.all() { reports.append(DeviceReport(try DeviceFiles.load(path).device, path)) }
            if arguments.wantsJSON { return Terminal.report(reports) ? ExitCode.done : ExitCode.inputOutput }
            if reports.isEmpty { Terminal.tell("No folder Devices is in sight.") }
            let width = reports.map(\.id.count).max() ?? 0
            for report in reports {
                let padding = String(repeating: " ", count: width - report.id.count + 2)
                Terminal.result("\(report.id)\(padding)\(report.summary)\(report.isVirtual ? " (virtual)" : "")")
            }
            return ExitCode.done
        }
    }

    private static let devicesShow = Command(
        name: "show", overview: "Shows what a device is, can and must not do.",
        arguments: [Argument("device", help: "An id from 'ansa devices list', or a path to a device's file.")],
        options: [.format], examples: ["ansa devices show virtual-patient"]
    ) { arguments in
        Failure.code { () throws(Failure) in
            let (device, path) = try DeviceFiles.load(arguments.word("device"))
            let report = DeviceReport(device, path)
            let isWritten = arguments.wantsJSON ? Terminal.report(report) : Terminal.result(report.text)
            return isWritten ? ExitCode.done : ExitCode.inputOutput
        }
    }
}

/// A device as `ansa devices` shows it.
private struct DeviceReport: Encodable {
    let id: String
    let summary: String
    let file: String
    let driver: String
    let model: String
    let serial: String
    let firmware: String
    let isVirtual: Bool
    /// Hz; nil when the recording says it.
    let rateHz: Double?
    let channels: [String]
    let stimulator: StimulatorReport?

    struct StimulatorReport: Encodable {
        let model: String
        let serial: String
        let firmware: String
        let isVirtual: Bool
        let ceilingAmplitudeNa: Int64
        let ceilingComplianceMv: Int64
        let leaseMaxUs: Int64
        let contacts: [String]
    }

    init(_ device: Device, _ path: String) {
        id = device.id
        summary = device.summary
        file = path
        driver = device.driver
        model = device.model
        serial = device.serial
        firmware = device.firmware
        isVirtual = device.isVirtual
        rateHz = device.rateNumerator > 0 ? Double(device.rateNumerator) / Double(device.rateDenominator) : nil
        channels = device.montage.channels.map(\.label)
        stimulator = device.stimulator.map {
            StimulatorReport(
                model: $0.model, serial: $0.serial, firmware: $0.firmware, isVirtual: $0.isVirtual,
                ceilingAmplitudeNa: $0.ceilingAmplitude.value, ceilingComplianceMv: $0.ceilingCompliance,
                leaseMaxUs: $0.leaseMaximum.value, contacts: $0.contacts)
        }
    }

    var text: String {
        let rate = rateHz.map { "\($0) Hz" } ?? "as the recording says"
        let shown = channels.count > 16 ? Array(channels.prefix(3)) + ["…"] + Array(channels.suffix(1)) : channels
        var lines = [
            "\(id)  \(summary)", "file      \(file)", "driver    \(driver)\(isVirtual ? ", virtual" : "")",
            "model     \(model), serial \(serial), firmware \(firmware)", "rate      \(rate)",
            channels.isEmpty
                ? "channels  as the recording says" : "channels  \(channels.count): \(shown.joined(separator: " "))",
        ]
        guard let stimulator else { return (lines + ["stimulator  none"]).joined(separator: "\n") }
        lines += [
            "stimulator  \(stimulator.model), serial \(stimulator.serial)\(stimulator.isVirtual ? ", virtual" : "")",
            "  at most   \(stimulator.ceilingAmplitudeNa) nA, \(stimulator.ceilingComplianceMv) mV",
            "  lease     \(stimulator.leaseMaxUs) µs, then output ends by itself",
            "  contacts  \(stimulator.contacts.joined(separator: " "))",
        ]
        return lines.joined(separator: "\n")
    }
}
