public import Signal

/// Reads EDF, EDF+, BDF and BDF+ recordings record by record.
///
///     let reader = try EDFReader("night.edf")                     // the rate that most signals have
///     let reader = try EDFReader("night.edf", signals: [0, 3])    // these, by their number in the file
///
/// A file may hold signals of several rates; a reader shows those of one, and nothing is resampled. Potentials are
/// given in µV, other signals in the unit of the header.
public final class EDFReader: RecordingReader {
    public let montage: Montage
    public let rate: (numerator: Int64, denominator: Int64)
    public let frames: Int64
    public private(set) var warnings: [RecordingWarning]
    /// All signals of the file, annotations included.
    public let allSignals: [EDFSignal]
    /// The signals that this reader shows, by their number in the file.
    public let signals: [Int]
    /// Start in the recording's local time, `yyyy-MM-ddTHH:mm:ss`, or nil when unknown.
    public let start: String?
    /// Fraction of a second to be added to ``start``.
    public private(set) var startFraction = 0.0
    /// In the order of the file; onsets count from the first sample.
    public private(set) var annotations: [EDFAnnotation] = []
    /// First sample and seconds since the first sample of each stretch without a gap.
    public private(set) var segments: [(firstSample: Int64, onset: Double)] = []
    public private(set) var gaps: [RecordingGap] = []
    let header: EDFHeader
    let file: FileBytes
    /// The record in which each of ``segments`` begins.
    private(set) var segmentRecords: [Int64] = [0]
    private let samplesPerRecord: Int
    private let scales: [Scale]
    private var record: [UInt8] = []
    private var recordNumber: Int64 = -1

    /// Where a shown signal stands in a record, and how its counts are scaled.
    private struct Scale {
        let offset: Int
        let digitalZero: Double
        let gain: Double
        let physicalZero: Double
        let factor: Double

        init(_ signal: EDFSignal) {
            offset = signal.offset
            digitalZero = signal.isCalibrated ? signal.digitalMinimum : 0
            gain = signal.gain
            physicalZero = signal.isCalibrated ? signal.physicalMinimum : 0
            factor = signal.isCalibrated ? RecordingText.unit(signal.unit).factor : 1
        }
    }

    /// Opens the file at `path`; `signals` picks ordinary signals of one rate, nil: the rate that most have.
    public init(_ path: String, signals: [Int]? = nil) throws(RecordingError) {
        do throws(FileBytesError) { file = try FileBytes(path) } catch {
            throw RecordingError(file: path, text: errorText(error.code))
        }
        header = try EDFHeader(file)
        guard header.recordBytes <= 1 << 28 else {
            throw RecordingError(file: path, text: "records of \(header.recordBytes) bytes, allowed are 268435456")
        }
        warnings = header.warnings
        allSignals = header.signals
        start = header.start
        let chosen = try EDFReader.choose(signals, header: header, warnings: &warnings)
        self.signals = chosen
        let all = header.signals
        let each = chosen.first.map { all[$0].samplesPerRecord } ?? 1
        samplesPerRecord = each
        scales = chosen.map { Scale(all[$0]) }
        let duration = header.duration ?? (1, 1)
        rate = RecordingText.reduced(Int64(each) * duration.denominator, duration.numerator)
        frames = chosen.isEmpty ? 0 : header.records * Int64(each)
        montage = Montage(
            chosen.map { index in
                let unit = all[index].isCalibrated ? RecordingText.unit(all[index].unit).name : "count"
                return Channel(
                    label: all[index].label, kind: RecordingText.kind(all[index].label, unit: unit), unit: unit)
            })
        try readAnnotations()
    }

    public func read(first: Int64, count: Int, into: UnsafeMutableBufferPointer<Float>) throws(RecordingError) {
        let channels = signals.count
        guard first >= 0, count >= 0, first <= frames, Int64(count) <= frames - first, into.count >= count * channels
        else { throw RecordingError(file: file.path, text: "samples \(first) + \(count) asked, 0 to \(frames) exist") }
        var done = 0
        while done < count {
            let (number, inside) = (first + Int64(done)).quotientAndRemainder(dividingBy: Int64(samplesPerRecord))
            let here = min(count - done, samplesPerRecord - Int(inside))
            try load(number)
            for (channel, scale) in scales.enumerated() {
                for sample in 0..<here {
                    let count = Double(digital(at: scale.offset, Int(inside) + sample))
                    let value = ((count - scale.digitalZero) * scale.gain + scale.physicalZero) * scale.factor
                    unsafe into[(done + sample) * channels + channel] = Float(value)
                }
            }
            done += here
        }
    }

    /// The counts of any signal of the file, by its number there, as stored.
    public func readDigital(signal index: Int, first: Int64, count: Int) throws(RecordingError) -> [Int32] {
        guard allSignals.indices.contains(index) else {
            throw RecordingError(file: file.path, text: "signal \(index) asked, 0 to \(allSignals.count - 1) exist")
        }
        let signal = allSignals[index]
        let total = header.records * Int64(signal.samplesPerRecord)
        guard first >= 0, count >= 0, first <= total, Int64(count) <= total - first else {
            throw RecordingError(file: file.path, text: "samples \(first) + \(count) asked, 0 to \(total) exist")
        }
        var values: [Int32] = []
        values.reserveCapacity(count)
        for sample in first..<(first + Int64(count)) {
            let (number, inside) = sample.quotientAndRemainder(dividingBy: Int64(signal.samplesPerRecord))
            try load(number)
            values.append(digital(at: signal.offset, Int(inside)))
        }
        return values
    }

    @inline(__always)
    private func digital(at offset: Int, _ sample: Int) -> Int32 {
        let at = offset + sample * header.sampleBytes
        let low = Int32(record[at]) | Int32(record[at + 1]) << 8
        if header.isBDF { return low | Int32(Int8(bitPattern: record[at + 2])) << 16 }
        return Int32(Int16(truncatingIfNeeded: low))
    }

    private func load(_ number: Int64) throws(RecordingError) {
        guard number != recordNumber else { return }
        let offset = Int64(header.headerBytes) + number * Int64(header.recordBytes)
        recordNumber = -1
        do throws(FileBytesError) { record = try file.bytes(at: offset, count: header.recordBytes) } catch {
            throw RecordingError(file: file.path, place: "byte \(offset)", text: errorText(error.code))
        }
        guard record.count == header.recordBytes else {
            throw RecordingError(file: file.path, place: "byte \(offset)", text: "the file has become shorter")
        }
        recordNumber = number
    }

    /// Reads all annotation signals; finds the fraction of the start time and the gaps of a +D file.
    private func readAnnotations() throws(RecordingError) {
        segments = [(0, 0)]
        let lists = allSignals.filter(\.isAnnotation)
        guard !lists.isEmpty else { return }
        var all = EDFAnnotationList()
        var (firstOnset, expected): (Double?, Double?)
        let duration = header.duration.map { Double($0.numerator) / Double($0.denominator) } ?? 0
        for number in 0..<header.records {
            try loadLists(number, lists, into: &all)
            guard let onset = all.recordOnset else { continue }
            firstOnset = firstOnset ?? onset
            if header.isDiscontinuous, let expected, abs(onset - expected) > 1e-6 {
                segments.append((number * Int64(samplesPerRecord), onset - (firstOnset ?? 0)))
                segmentRecords.append(number)
                addGap(before: number * Int64(samplesPerRecord), seconds: onset - expected)
            }
            expected = onset + duration
        }
        let zero = firstOnset ?? 0
        startFraction = zero
        annotations = all.annotations.map {
            EDFAnnotation(onset: $0.onset - zero, duration: $0.duration, text: $0.text)
        }
        if all.latin1Texts > 0 {
            let text = "\(all.latin1Texts) annotations are not UTF-8; read as latin-1"
            warnings.append(RecordingWarning(kind: "text", place: file.path, text: text))
        }
        if segments.count > 1 {
            let text = "\(segments.count - 1) gaps; nothing is made up for them"
            warnings.append(RecordingWarning(kind: "gap", place: file.path, text: text))
        }
    }

    /// Notes how many samples a step of the record onsets leaves out; a step back leaves out none, and is said.
    private func addGap(before sample: Int64, seconds: Double) {
        let missing = (seconds * Double(rate.numerator) / Double(rate.denominator)).rounded()
        if seconds < 0 {
            let text = "record onsets step back by \(-seconds) s; the samples follow each other"
            warnings.append(RecordingWarning(kind: "time", place: file.path, text: text))
        } else if missing >= 1, missing < 1e14, sample > 0, sample < frames {
            gaps.append(RecordingGap(before: sample, count: Int64(missing)))
        }
    }

    /// Reads the annotation signals of one record, and those alone.
    private func loadLists(
        _ number: Int64, _ lists: [EDFSignal], into all: inout EDFAnnotationList
    ) throws(RecordingError) {
        all.recordOnset = nil
        for (index, signal) in lists.enumerated() {
            let offset = Int64(header.headerBytes) + number * Int64(header.recordBytes) + Int64(signal.offset)
            do throws(FileBytesError) {
                let bytes = try file.bytes(at: offset, count: signal.samplesPerRecord * header.sampleBytes)
                all.add(bytes[...], isFirstSignal: index == 0)
            } catch { throw RecordingError(file: file.path, place: "byte \(offset)", text: errorText(error.code)) }
        }
    }

    /// The ordinary signals to show: those asked for, or all of the commonest rate, the faster on a tie.
    private static func choose(
        _ asked: [Int]?, header: EDFHeader, warnings: inout [RecordingWarning]
    ) throws(RecordingError) -> [Int] {
        let ordinary = header.signals.indices.filter { !header.signals[$0].isAnnotation }
        if let asked {
            for index in asked where !ordinary.contains(index) {
                throw RecordingError(file: header.path, text: "signal \(index) is not one of \(ordinary)")
            }
            guard Set(asked.map { header.signals[$0].samplesPerRecord }).count <= 1 else {
                throw RecordingError(file: header.path, text: "the signals \(asked) have several rates; choose one")
            }
            return asked
        }
        var counts: [Int: Int] = [:]
        for index in ordinary { counts[header.signals[index].samplesPerRecord, default: 0] += 1 }
        let best = counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
        let chosen = ordinary.filter { header.signals[$0].samplesPerRecord == best }
        if chosen.count < ordinary.count {
            let rest = ordinary.filter { !chosen.contains($0) }.map { header.signals[$0].label }
            let text = "signals of other rates are left out: \(rest.joined(separator: ", "))"
            warnings.append(RecordingWarning(kind: "rates", place: header.path, text: text))
        }
        return chosen
    }
}
