import Acquisition
import Signal
import Testing
import VirtualLab

private let montage = Montage(["L0", "L1", "R0", "R1"].map { Channel(label: $0) })

private func samples(_ patient: VirtualPatient, blocks: Int) throws -> [[Float]] {
    let block = Block(format: patient.format)
    var channels = [[Float]](repeating: [], count: patient.format.channels)
    for _ in 0..<blocks {
        #expect(try patient.next(into: block) == .block)
        for index in 0..<patient.format.frames * patient.format.channels {
            channels[index % patient.format.channels].append(unsafe block.float32[index])
        }
    }
    return channels
}

private func pulses(lead: Int32, cancelledFrom: Int64 = .max) -> SegmentEcho {
    SegmentEcho(
        firstPulse: Microseconds(10_000), period: Microseconds(7_000), width: Microseconds(60),
        amplitude: Nanoamperes(3_000_000), pulses: 20, cancelledFrom: Microseconds(cancelledFrom), lead: lead)
}

@Suite("A patient with two sides")
struct SidesTests {
    @Test("The first side is bit for bit the patient with one side and the same seed; the second is another one")
    func firstSide() throws {
        let two = try samples(try VirtualPatient(montage: montage, frames: 10, seed: 7, sides: 2), blocks: 50)
        let half = Montage(Array(montage.channels.prefix(2)))
        let one = try samples(try VirtualPatient(montage: half, frames: 10, seed: 7), blocks: 50)
        #expect(two[0] == one[0] && two[1] == one[1])
        #expect(two[2] != one[0] && two[3] != one[1])
    }

    @Test("Pulses on one lead change its own side's field and no sample of the other side", arguments: [0, 1])
    func ownSide(lead: Int) throws {
        let rest = try samples(try VirtualPatient(montage: montage, frames: 10, seed: 7, sides: 2), blocks: 30)
        let patient = try VirtualPatient(montage: montage, frames: 10, seed: 7, sides: 2)
        patient.stimulate(pulses(lead: Int32(lead)))
        let driven = try samples(patient, blocks: 30)
        let (own, other) = (lead * 2, 2 - lead * 2)
        #expect(driven[other] == rest[other] && driven[other + 1] == rest[other + 1])
        #expect(driven[own] != rest[own])
        #expect(patient.feltPulses(side: lead) == 20 && patient.feltPulses(side: 1 - lead) == 0)
        #expect(patient.efficacy(side: lead) > 0 && patient.efficacy(side: 1 - lead) == 0)
    }

    @Test("A cancellation takes the pulses of both leads away")
    func cancellation() throws {
        let patient = try VirtualPatient(montage: montage, frames: 10, seed: 7, sides: 2)
        patient.stimulate(pulses(lead: 0))
        patient.stimulate(pulses(lead: 1))
        patient.stimulate(.cancel(from: Microseconds(24_000)))
        _ = try samples(patient, blocks: 30)
        // By hand: pulses at 10 and 17 ms leave, that at 24 ms does not.
        #expect(patient.feltPulses(side: 0) == 2 && patient.feltPulses(side: 1) == 2)
    }

    @Test("Channels that cannot be shared equally are refused")
    func unequal() throws {
        #expect(throws: SourceError.self) {
            try VirtualPatient(montage: Montage(Array(montage.channels.prefix(3))), frames: 10, seed: 1, sides: 2)
        }
    }
}
