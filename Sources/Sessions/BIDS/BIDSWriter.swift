import Foundation
import Signal

/// Writes one stream as a BIDS dataset of EEG or iEEG around a BrainVision recording.
///
/// Source: BIDS 1.10, "Electroencephalography" and "Intracranial Electroencephalography". Where a recording does not
/// say what BIDS asks for, the value is `n/a`: nothing is made up.
struct BIDSWriter {
    private let file: any RecordingFile
    private let index: Int
    private let options: ExportOptions
    private let isIntracranial: Bool

    private var suffix: String { isIntracranial ? "ieeg" : "eeg" }
    private var entity: String { "sub-\(options.subject)_task-\(options.task)" }

    /// Stream `index` of `file`.
    ///
    /// - Throws: a label that BIDS does not allow.
    init(
        _ file: any RecordingFile, stream index: Int, options: ExportOptions, path: String
    ) throws(RecordingError) {
        for (name, label) in [("subject", options.subject), ("task", options.task)] {
            guard !label.isEmpty, label.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else {
                throw RecordingError(file: path, text: "BIDS \(name) '\(label)', expected letters and digits alone")
            }
        }
        self.file = file
        self.index = index
        self.options = options
        isIntracranial = file.streams[index].channels.contains {
            [.localFieldPotential, .electrocorticography].contains(BIDSWriter.kind($0))
        }
    }

    private static func kind(_ channel: RecordedChannel) -> ChannelKind {
        RecordingText.kind(channel.label, unit: RecordingText.unit(channel.unit).name)
    }

    /// Writes the dataset into `folder`.
    ///
    /// - Throws: when the recording can no longer be read, or the disk takes no more.
    func write(folder: String) throws(RecordingError) -> [String] {
        let inside = "sub-\(options.subject)/\(suffix)"
        do {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(inside)", withIntermediateDirectories: true)
        } catch { throw RecordingError(file: folder, text: error.localizedDescription) }
        let stem = "\(entity)_\(suffix)"
        let recording = try BrainVisionWriter(file, stream: index, path: folder)
        let samples = try recording.write(folder: "\(folder)/\(inside)", stem: stem)
        var texts: [(String, String)] = [
            ("dataset_description.json", datasetDescription), ("README", readme),
            ("participants.tsv", "participant_id\nsub-\(options.subject)\n"),
            ("\(inside)/\(stem).json", sidecar), ("\(inside)/\(entity)_channels.tsv", channels),
            ("\(inside)/\(entity)_events.tsv", events), ("\(inside)/\(entity)_events.json", eventsDescription),
        ]
        if isIntracranial {
            texts.append(("\(inside)/sub-\(options.subject)_electrodes.tsv", electrodes))
            texts.append(("\(inside)/sub-\(options.subject)_coordsystem.json", coordinates))
        }
        for (name, text) in texts {
            let output = try OutputFile("\(folder)/\(name)")
            try output.put(text)
            try output.finish()
        }
        return samples.map { "\(inside)/\($0)" } + texts.map(\.0)
    }

    private var datasetDescription: String {
        "{\n  \"Name\": \(JSONText.quoted(options.name)),\n  \"BIDSVersion\": \"1.10.0\",\n"
            + "  \"DatasetType\": \"raw\",\n  \"GeneratedBy\": [{\"Name\": \"ansa\"}]\n}\n"
    }

    private var readme: String {
        "\(options.name)\n\nExported by `ansa session export --to bids`. "
            + "Values that the recording does not say are n/a.\n"
    }

    private var sidecar: String {
        let stream = file.streams[index]
        let rate = stream.channels.first?.rate?.hertz ?? 0
        let line = options.powerLine.map { "\($0)" } ?? "\"n/a\""
        let counts = stream.channels.map(BIDSWriter.kind)
        func number(_ kind: ChannelKind) -> Int { counts.count { $0 == kind } }
        var rows = [
            "\"TaskName\": \(JSONText.quoted(options.task))", "\"SamplingFrequency\": \(rate)",
            "\"PowerLineFrequency\": \(line)", "\"SoftwareFilters\": \"n/a\"",
            "\"RecordingDuration\": \(stream.duration)",
            "\"RecordingType\": \"\(stream.segments.count > 1 ? "discontinuous" : "continuous")\"",
        ]
        if isIntracranial {
            rows.append("\"iEEGReference\": \"n/a\"")
            rows.append("\"ECOGChannelCount\": \(number(.electrocorticography))")
            rows.append("\"SEEGChannelCount\": \(number(.localFieldPotential))")
        } else {
            rows.append("\"EEGReference\": \"n/a\"")
            rows.append("\"EEGChannelCount\": \(number(.electroencephalography))")
        }
        return "{\n  " + rows.joined(separator: ",\n  ") + "\n}\n"
    }

    private var channels: String {
        var text = "name\ttype\tunits\tlow_cutoff\thigh_cutoff\n"
        for channel in file.streams[index].channels {
            let type =
                switch BIDSWriter.kind(channel) {
                case .electroencephalography: "EEG"
                case .electrocorticography: "ECOG"
                case .localFieldPotential: "DBS"
                case .spikes, .auxiliary: "MISC"
                }
            let unit = channel.unit == "uV" ? "µV" : channel.unit.isEmpty ? "n/a" : channel.unit
            text += "\(BIDSWriter.cell(channel.label))\t\(type)\t\(unit)\tn/a\tn/a\n"
        }
        return text
    }

    private var events: String {
        var text = "onset\tduration\ttrial_type\n"
        for event in file.streams[index].events {
            let duration = event.duration.map { "\($0)" } ?? "n/a"
            text += "\(event.onset)\t\(duration)\t\(BIDSWriter.cell(event.text))\n"
        }
        return text
    }

    private var eventsDescription: String {
        "{\n  \"trial_type\": {\"LongName\": \"What happened\", \"Description\": "
            + "\"Remarks of the recording; in sessions of Ansa pulses, refusals and changes of the mode\"}\n}\n"
    }

    private var electrodes: String {
        var text = "name\tx\ty\tz\tsize\n"
        for channel in file.streams[index].channels where BIDSWriter.kind(channel) != .auxiliary {
            text += "\(BIDSWriter.cell(channel.label))\tn/a\tn/a\tn/a\tn/a\n"
        }
        return text
    }

    private var coordinates: String {
        "{\n  \"iEEGCoordinateSystem\": \"Other\",\n"
            + "  \"iEEGCoordinateSystemDescription\": \"positions are not known\",\n"
            + "  \"iEEGCoordinateUnits\": \"n/a\"\n}\n"
    }

    /// A cell of a table: tabs and line breaks would end it, and an empty one is n/a.
    private static func cell(_ text: String) -> String {
        let clean = text.replacing("\t", with: " ").replacing("\n", with: " ").replacing("\r", with: " ")
        return clean.isEmpty ? "n/a" : clean
    }
}
