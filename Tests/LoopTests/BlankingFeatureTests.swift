import Acquisition
import Conditioning
import Configuration
import Decoding
import Interlocks
import Signal
import Testing
import VirtualLab

@testable import Loop

/// The shipped `adaptive-dbs`, as the loop wires it.
private struct ShippedLoop {
    let setup: LoopSetup
    let device: Device

    init() throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let folder = root + "/Profiles/adaptive-dbs"
        let profile = try loadProfile(try readFile(folder + "/profile.yaml"), file: "profile.yaml")
        device = try loadDevice(try readFile(root + "/Devices/\(profile.device).yaml"), file: "device.yaml")
        let frames = Int(profile.blockNanoseconds / 1_000_000)
        setup = LoopSetup(
            profile: profile, limits: nil, pairNames: [], amplitudeStep: Nanoamperes(1),
            network: folder + "/beta-burst.nir",
            format: BlockFormat(
                channels: device.montage.channels.count, frames: frames, rateNumerator: 1_000, kind: .float32),
            montage: device.montage)
    }
}

/// Pulses of 60 µs; the amplifier sees them and the tissue does not feel them.
private struct Pulses {
    var milliamperes: Double
    var hertz: Double
    var isBlanked = true

    var period: Int64 { Int64((1_000_000 / hertz).rounded(.up)) }
}

/// The mean of each decoder's feature from 2 s on, in µV, over `seconds` of the shipped patient.
private func features(_ shipped: ShippedLoop, _ pulses: Pulses?, seconds: Int64) throws -> [Double] {
    let setup = shipped.setup
    var parameters = PatientParameters()
    parameters.largestEfficacy = 0
    let patient = try VirtualPatient(
        montage: setup.montage, frames: setup.format.frames, seed: 11, parameters: parameters)
    let conditioning = try conditioningConfiguration(setup.profile, format: setup.format, montage: setup.montage)
    let conditioner = try Conditioner(configuration: conditioning)
    var threshold = setup
    threshold.profile.decoder.kind = .threshold
    let decoders = [try makeDecoder(setup), try makeDecoder(threshold)]
    let marks = MarkSchedule()
    let block = Block(format: setup.format)
    let width = setup.format.blockNanoseconds / 1_000
    var next: Int64 = 12_345
    var sums = [0.0, 0.0]
    if let pulses {
        patient.stimulate(
            SegmentEcho(
                firstPulse: Microseconds(next), period: Microseconds(pulses.period), width: Microseconds(60),
                amplitude: Nanoamperes(Int64(pulses.milliamperes * 1e6)), pulses: seconds * 200))
    }
    let blocks = seconds * 1_000_000 / width
    for index in 0..<blocks {
        while let pulses, next < (index + 1) * width {
            let mark = conditioning.blanking.mark(
                start: Microseconds(next), duration: Microseconds(120), format: setup.format)
            if pulses.isBlanked { marks.add(mark) }
            next += pulses.period
        }
        #expect(try patient.next(into: block) == .block)
        let first = block.header.firstSample
        let touching = unsafe marks.take(touching: first..<first + Int64(setup.format.frames))
        unsafe conditioner.process(block, marks: touching)
        guard let samples = unsafe UnsafePointer(conditioner.output.baseAddress),
            let envelope = unsafe UnsafePointer(conditioner.envelope.baseAddress),
            let power = unsafe UnsafePointer(conditioner.bandPower.baseAddress)
        else { break }
        for (place, decoder) in decoders.enumerated() {
            let decision = unsafe decoder.decode(
                input: samples, frames: setup.format.frames, stride: conditioner.stride, envelope: envelope,
                bandPower: power, firstSample: first, validity: conditioner.validity)
            if index * width >= 2_000_000 { sums[place] += Double(decision.value) }
        }
    }
    #expect(patient.efficacy == 0 && (pulses == nil) == (patient.feltPulses == 0))
    return sums.map { $0 / Double(blocks - 2_000_000 / width) }
}

@Suite struct BlankingFeatureTests {
    /// Blanking can fake a therapy: a feature that falls with the pulses would look like suppression.
    @Test("FI-11 With the same field potential the decoded feature is the same with and without pulses, to 5 %")
    func onAndOff() throws {
        let shipped = try ShippedLoop()
        let off = try features(shipped, nil, seconds: 20)
        #expect(off.allSatisfy { $0 > 1 })
        for hertz in [20.0, 60, 100, 130, 185] {
            for milliamperes in [0.5, 2, 5] {
                let pulses = Pulses(milliamperes: milliamperes, hertz: hertz)
                let on = try features(shipped, pulses, seconds: 20)
                for (place, name) in ["spiking", "threshold"].enumerated() {
                    let ratio = on[place] / off[place]
                    #expect(abs(ratio - 1) <= 0.05, "\(name) at \(hertz) Hz, \(milliamperes) mA: \(ratio)")
                }
            }
        }
    }

    /// The control: at 60 Hz the 17th harmonic of the pulses folds to 20 Hz, into the band.
    @Test("Without blanking the same pulses move the feature by more than 5 %, so that the bound above can fail")
    func unblanked() throws {
        let shipped = try ShippedLoop()
        let off = try features(shipped, nil, seconds: 10)
        let on = try features(shipped, Pulses(milliamperes: 5, hertz: 60, isBlanked: false), seconds: 10)
        for place in 0..<2 { #expect(abs(on[place] / off[place] - 1) > 0.05, "\(on[place]), \(off[place])") }
    }
}
