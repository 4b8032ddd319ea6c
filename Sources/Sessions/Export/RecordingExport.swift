import Foundation
public import Signal

extension RecordingFile {
    /// Exports the recording to `directory`, which is written beside itself and renamed when it is whole.
    ///
    /// Equal recordings and options give equal bytes.
    ///
    /// - Parameters:
    ///   - format: What to write.
    ///   - directory: A folder that does not exist; one that does is replaced where `replaces` is true.
    ///   - replaces: Whether an existing folder may be replaced.
    ///   - options: Names.
    /// - Returns: the files, and what the format could not hold as it was.
    /// - Throws: what the format cannot hold at all, what cannot be read, and when the disk takes no more; then nothing
    ///   has changed.
    public func export(
        to format: ExportFormat, directory: String, replaces: Bool, options: ExportOptions
    ) throws(RecordingError) -> ExportReport {
        let files = FileManager.default
        let exists = files.fileExists(atPath: directory)
        guard !exists || replaces else {
            throw RecordingError(file: directory, text: "exists; --force replaces it")
        }
        let partial = directory + ".partial"
        do {
            if files.fileExists(atPath: partial) { try files.removeItem(atPath: partial) }
            try files.createDirectory(atPath: partial, withIntermediateDirectories: true)
        } catch { throw RecordingError(file: partial, text: error.localizedDescription) }
        let report: ExportReport
        do throws(RecordingError) { report = try write(format, into: partial, options) } catch {
            try? files.removeItem(atPath: partial)
            throw error
        }
        do {
            if exists {
                let old = directory + ".replaced"
                if files.fileExists(atPath: old) { try files.removeItem(atPath: old) }
                try files.moveItem(atPath: directory, toPath: old)
                try files.moveItem(atPath: partial, toPath: directory)
                try files.removeItem(atPath: old)
            } else {
                try files.moveItem(atPath: partial, toPath: directory)
            }
        } catch { throw RecordingError(file: directory, text: error.localizedDescription) }
        return report
    }

    private func write(
        _ format: ExportFormat, into folder: String, _ options: ExportOptions
    ) throws(RecordingError) -> ExportReport {
        var report = ExportReport()
        switch format {
        case .edf, .bdf: try writeEuropean(folder, options, isBDF: format == .bdf, &report)
        case .xdf:
            report.notes = try XDFWriter.write(self, to: "\(folder)/\(options.name).xdf")
            report.files = ["\(options.name).xdf"]
        case .bids:
            report.files = try BIDSWriter(self, stream: 0, options: options, path: folder).write(folder: folder)
            try writeOthers(folder + "/sourcedata", options, from: 1, &report)
        case .brainvision:
            for stream in streams.indices where !streams[stream].channels.isEmpty {
                let writer = try BrainVisionWriter(self, stream: stream, path: folder)
                report.files += try writer.write(folder: folder, stem: stem(options, stream))
            }
        case .csv:
            for stream in streams.indices where !streams[stream].channels.isEmpty {
                let writer = try BrainFlowWriter(self, stream: stream, path: folder)
                report.files += try writer.write(folder: folder, stem: stem(options, stream))
            }
        case .npy: try writeOthers(folder, options, from: 0, &report)
        }
        return report
    }

    /// Streams from number `first` on as NumPy arrays.
    private func writeOthers(
        _ folder: String, _ options: ExportOptions, from first: Int, _ report: inout ExportReport
    ) throws(RecordingError) {
        for stream in streams.indices where stream >= first && !streams[stream].channels.isEmpty {
            do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
                throw RecordingError(file: folder, text: error.localizedDescription)
            }
            let writer = try NumPyWriter(self, stream: stream, path: folder)
            let under = folder.hasSuffix("/sourcedata") ? "sourcedata/" : ""
            report.files += try writer.write(folder: folder, stem: stem(options, stream)).map { under + $0 }
        }
    }

    /// One file for each segment of the first stream; streams that share its start and have one segment go along.
    private func writeEuropean(
        _ folder: String, _ options: ExportOptions, isBDF: Bool, _ report: inout ExportReport
    ) throws(RecordingError) {
        let kind = isBDF ? "bdf" : "edf"
        var left = streams.indices.filter { !streams[$0].channels.isEmpty && !streams[$0].segments.isEmpty }
        while let lead = left.first {
            let together = left.filter { other in
                other == lead
                    || streams[other].start == streams[lead].start && streams[lead].segments.count == 1
                        && streams[other].segments.count == 1
                        && streams[other].channels.allSatisfy { $0.rate != nil }
            }
            left.removeAll { together.contains($0) }
            for segment in streams[lead].segments.indices {
                var name = lead == 0 ? options.name : stem(options, lead)
                if streams[lead].segments.count > 1 { name += "_segment-\(segment + 1)" }
                let writer = try EDFWriter(self, streams: together, segment: segment, isBDF: isBDF, path: folder)
                try writer.write(to: "\(folder)/\(name).\(kind)")
                report.files.append("\(name).\(kind)")
                report.notes += writer.notes
            }
        }
    }

    /// The stem of a stream's file: the first has the export's own.
    private func stem(_ options: ExportOptions, _ stream: Int) -> String {
        guard stream > 0 else { return options.name }
        let name = streams[stream].name.filter { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "-" }
        return options.name + "_" + (name.isEmpty ? "stream-\(stream + 1)" : name)
    }
}
