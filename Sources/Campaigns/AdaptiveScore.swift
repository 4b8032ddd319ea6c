import Acquisition
import Conditioning
import Interlocks
import Loop
import Sessions
import Signal
import VirtualLab

/// What one session of the virtual patient did to its circuit.
struct AdaptiveSession: Sendable {
    /// Rate of the subthalamic population in Hz, at 1 kHz, without any stimulation artefact.
    var circuit: [Double]
    /// What the decoder gave, one a tick; invalid decisions left out.
    var decisions: [AdaptiveDecision]
    /// Spikes, neuron updates and synaptic operations of all decisions.
    var cost = AdaptiveCost()
    var chargeFemtocoulombs: Int64
    /// What the stimulator accepted, with the number of blocks that the patient had given before it heard of it.
    var echoes: [(blocks: Int64, echo: SegmentEcho)]
    /// The patient that was simulated again gave the recorded samples, bit for bit.
    var matchesRecord: Bool

    /// Envelope that the decoder gave, in µV.
    var decoded: [Float] { decisions.map(\.value) }
}

/// A valid decision of the burst decoder.
struct AdaptiveDecision: Sendable {
    /// End of the samples that it rests on, in ms since the start of the session.
    var end: Int
    /// Envelope in µV.
    var value: Float
}

/// What the chip spent.
struct AdaptiveCost: Sendable {
    var spikes: Int64 = 0
    var neuronUpdates: Int64 = 0
    var synapticOperations: Int64 = 0
    var decisions: Int64 = 0

    mutating func add(_ decision: DecisionRecord) {
        spikes += decision.spikes
        neuronUpdates += decision.neuronUpdates
        synapticOperations += decision.synapticOperations
        decisions += 1
    }

    mutating func add(_ other: AdaptiveCost) {
        spikes += other.spikes
        neuronUpdates += other.neuronUpdates
        synapticOperations += other.synapticOperations
        decisions += other.decisions
    }
}

/// Why a session cannot be scored.
struct AdaptiveError: Error, CustomStringConvertible {
    var description: String
}

/// Reads a session and simulates its patient again, with the pulses that the stimulator echoed.
///
/// The circuit is not in the journal, because no device could record it. The patient is deterministic: the same seed
/// and
/// the same pulses give it back, and the samples, which are in the journal, prove that they do.
func adaptiveSession(_ directory: String) throws -> AdaptiveSession {
    let reader = try JournalReader(directory)
    let format = reader.header.format
    let patient = try VirtualPatient(montage: reader.header.montage, frames: format.frames, seed: reader.header.seed)
    let block = Block(format: format)
    let recorded = Block(format: format)
    var session = AdaptiveSession(circuit: [], decisions: [], chargeFemtocoulombs: 0, echoes: [], matchesRecord: true)
    var blocks: Int64 = 0
    while let record = try reader.next() {
        switch record.kind {
        case .block:
            guard let found = BlockRecord(payload: record.payload), found.fill(recorded),
                try patient.next(into: block) == .block
            else { throw AdaptiveError(description: "\(directory): block \(blocks) cannot be read") }
            unsafe session.circuit += patient.lastBlockCircuit
            session.matchesRecord = unsafe session.matchesRecord && block.bytes.elementsEqual(recorded.bytes)
            blocks += 1
        case .recordedInput:
            guard let safety = SafetyRecord(payload: record.payload), safety.hasReport != 0 else { continue }
            session.chargeFemtocoulombs = safety.deliveredCharge
            for echo in [safety.cancellation, safety.echo].compactMap(\.self) {
                session.echoes.append((blocks, echo))
                patient.stimulate(echo)
            }
        case .decision:
            guard let decision = DecisionRecord(payload: record.payload) else { continue }
            session.cost.add(decision)
            guard decision.isValid != 0 else { continue }
            session.decisions.append(AdaptiveDecision(end: Int(decision.endSample), value: decision.value))
        case .sessionHeader, .label, .hostTimes, .stageDigests, .spikes, .proposal, .readoutChange, .checkpoint,
            .closing:
            continue
        }
    }
    return session
}

/// The circuit of the patient of `seed` when it is given pulses that were meant for another.
func circuit(seed: UInt64, montage: Montage, ticks: Int64, frames: Int, pulses: AdaptiveSession) throws -> [Double] {
    let patient = try VirtualPatient(montage: montage, frames: frames, seed: seed)
    let block = Block(format: patient.format)
    var circuit: [Double] = []
    var next = 0
    for tick in 0..<ticks {
        while next < pulses.echoes.count, pulses.echoes[next].blocks <= tick {
            patient.stimulate(pulses.echoes[next].echo)
            next += 1
        }
        guard try patient.next(into: block) == .block else { break }
        unsafe circuit += patient.lastBlockCircuit
    }
    return circuit
}
