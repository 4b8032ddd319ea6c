import Acquisition
import Configuration
import Sessions
import Signal

/// What of a recording is played, how fast, and under which names.
struct RecordingStretch {
    /// Channels as ``SelectedRecording`` reads them; empty: all.
    var channels: [String] = []
    /// Seconds since the recording's first sample.
    var from = 0.0
    var to: Double?
    /// Times real time; nil: as the pace says.
    var speed: Double?

    /// All of it.
    init() {}

    /// What `--channels`, `--from`, `--to` and `--pace` say.
    init(_ arguments: ParsedArguments) throws(Failure) {
        channels = arguments.text("channels")?.split(separator: ",").map(String.init) ?? []
        from = try RecordingStretch.seconds(arguments, "from") ?? 0
        to = try RecordingStretch.seconds(arguments, "to")
        if let to, to <= from {
            throw Failure(ExitCode.usage, "--to \(to) is not after --from \(from)")
        }
        let pace = arguments.text("pace") ?? "max"
        guard pace != "max", pace != "real" else { return }
        guard let speed = Double(pace), speed.isFinite, speed >= 0.01, speed <= 100_000 else {
            throw Failure(
                ExitCode.usage, "--pace \(pace): expected real, max, or how many times real time, .01 to 100000")
        }
        self.speed = speed
    }

    private static func seconds(_ arguments: ParsedArguments, _ name: String) throws(Failure) -> Double? {
        guard let text = arguments.text(name) else { return nil }
        guard let value = Double(text), value.isFinite, value >= 0, value < 1e9 else {
            throw Failure(ExitCode.usage, "--\(name) \(text): expected seconds since the recording's first sample")
        }
        return value
    }

    /// `reader` as the profile wants it: the channels that were chosen, and another rate where the profile names one.
    func view(_ reader: any RecordingReader, profile: Profile) throws(Failure) -> any RecordingReader {
        do throws(RecordingError) {
            let chosen: any RecordingReader =
                channels.isEmpty ? reader : try SelectedRecording(reader, channels)
            guard let rate = profile.resampleMillihertz else { return chosen }
            return try ResampledRecording(chosen, to: (rate, 1_000))
        } catch { throw Failure(ExitCode.badFile, "\(error)") }
    }

    /// The instants of `reader` that are played, gaps counted; nil: all.
    func range(_ reader: any RecordingReader) throws(Failure) -> Range<Int64>? {
        guard from > 0 || to != nil else { return nil }
        let rate = Double(reader.rate.numerator) / Double(reader.rate.denominator)
        let length = reader.frames + reader.gaps.reduce(0) { $0 + $1.count }
        let first = Int64((from * rate).rounded())
        let last = to.map { Int64(($0 * rate).rounded()) } ?? length
        guard first < last, last <= length else {
            let end = to.map { "\($0)" } ?? "its end"
            throw Failure(
                ExitCode.badFile, "the recording is \(Double(length) / rate) s long; \(from) s to \(end) is not in it")
        }
        return first..<last
    }

    /// `source`, held back where a speed was asked for.
    func paced(_ source: any Source) -> any Source {
        guard let speed, let recording = source as? Recording else { return source }
        return SlowedSource(recording, speed: speed)
    }
}
