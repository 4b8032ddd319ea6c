internal import Configuration
internal import Sessions
internal import Signal

extension LoopSetup {
    /// What arming rests on still is what was checked: the network's bytes and the source's channels (IL-44).
    ///
    /// Reads the network's file; once, before the loop runs.
    func armingEvidence(_ montage: Montage) -> Bool {
        if let expectedMontage, expectedMontage != montage { return false }
        return lanes.allSatisfy { lane in
            guard let hash = lane.networkHash, let network = lane.network else { return true }
            guard let bytes = try? readFile(network, limit: 64 << 20) else { return false }
            return Hash256(of: bytes) == hash
        }
    }
}
