import Campaigns
import Configuration
import Foundation

extension Command {
    /// `ansa hil`.
    static let hil = Command(
        name: "hil", overview: "Puts devices, or emulations of them, in the loop, injects faults and checks reactions.",
        arguments: [Argument("campaign", help: "Campaign files.", isRepeated: true)],
        options: [
            Option("tier", .text, placeholder: "n,n", help: "Only these tiers: 0, 1, 2 or real. Default: all."),
            Option("case", .text, placeholder: "name", help: "Only the case of this name."),
            Option(
                "repeat", .integer(1...1_000_000), placeholder: "n",
                help: "Sessions of a case, all with the campaign's seed. Default: the file's repetitions."),
            Option(
                "seeds", .integer(1...1_000_000), placeholder: "n",
                help: "Sessions of a case, each with the next seed; the seeds that fail are printed."),
            Option("seed", .unsigned, placeholder: "n", help: "The first seed. Default: the campaign's."),
            .flag("list", help: "List the cases and run nothing."),
            .flag("dry-run", help: "Check files and devices, say what would run and what would be skipped."),
            Option("sessions", .path, placeholder: "folder", initial: "Sessions", help: "Where failures are kept."),
            Option("junit", .path, placeholder: "file", help: "Write JUnit XML."),
            Option("json", .path, placeholder: "file", help: "Write the results as JSON."),
            Option("html", .path, placeholder: "file", help: "Write a page with a time line for each case."),
            .format,
        ],
        examples: ["ansa hil Devices/virtual-patient/stimulator.yaml --case refused-once"]
    ) { arguments in
        do throws(Failure) { return try await HilRun(arguments).run() } catch {
            return error.report()
        }
    }
}

/// A campaign file as it was read.
struct CampaignFile {
    let path: String
    let campaign: Campaign
    /// What `ansa run` would take for the profile.
    let profile: String

    init(_ path: String) throws(Failure) {
        self.path = path
        let bytes = try contents(of: path)
        do throws(ConfigurationError) { campaign = try loadCampaign(bytes, file: path) } catch {
            throw Failure(error)
        }
        let beside = URL(fileURLWithPath: path).deletingLastPathComponent().path + "/" + campaign.profile.text
        let isBeside = FileManager.default.fileExists(atPath: beside + "/profile.yaml")
        profile = isBeside ? beside : campaign.profile.text
    }

    /// Why `device` cannot be put in this campaign's loop here; nil: it can.
    func skip(_ device: CampaignDevice) throws(Failure) -> String? {
        guard let tier = device.tier else { return "no driver of this build reaches the real \(device.id.text)" }
        let inputs = try RunInputs(profile: profile)
        if tier == 0 {
            let place = "\(path):\(device.id.position.line):\(device.id.position.column)"
            guard inputs.device.id == device.id.text else {
                throw Failure(
                    ExitCode.badFile,
                    "\(place): \(campaign.profile.text) runs on device \(inputs.device.id), not \(device.id.text)")
            }
            guard inputs.device.isVirtual else {
                throw Failure(ExitCode.badFile, "\(place): \(device.id.text) is not virtual: tier 0 has none of it")
            }
            return nil
        }
        guard let emulator = Emulator.all.first(where: { $0.tier == tier && $0.device == device.id.text }) else {
            return "nothing emulates \(device.id.text) on tier \(tier)"
        }
        let missing = emulator.packages.filter { !FileManager.default.fileExists(atPath: $0.file) }
        return missing.isEmpty ? nil : "not installed: \(missing.map(\.name).joined(separator: " "))"
    }
}
