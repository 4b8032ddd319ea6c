public import Configuration

/// What became of one case on one tier, over all its sessions.
public struct CampaignResult: Encodable, Sendable {
    /// How a case ended.
    public enum Status: String, Encodable, Sendable { case passed, failed, skipped }

    /// An expectation over all sessions.
    public struct Check: Encodable, Sendable {
        public var expectation: String
        public var bound: String
        /// What the worst session showed.
        public var worst: String
        public var isMet: Bool
        var size: Int64?

        private enum CodingKeys: String, CodingKey { case expectation, bound, worst, isMet = "met" }
    }

    /// A session that did what it must not, and how to see it again.
    public struct Failure: Encodable, Sendable {
        public var seed: UInt64
        public var text: String
        /// The session's folder, kept.
        public var session: String
        public var replay: String
        public var again: String

        /// A failure of the session with `seed`.
        public init(seed: UInt64, text: String, session: String, replay: String, again: String) {
            (self.seed, self.text, self.session) = (seed, text, session)
            (self.replay, self.again) = (replay, again)
        }
    }

    public var campaign: String
    public var name: String
    public var summary: String
    public var tier: String
    public var device: String
    public var status = Status.passed
    /// A skip of this case makes the command fail.
    public var isRequired: Bool
    /// Why it was skipped.
    public var reason = ""
    public var sessions = 0
    public var wallSeconds = 0.0
    public var checks: [Check] = []
    public var failures: [Failure] = []
    /// The first failing session, or the first of all.
    public var picture = ""

    private enum CodingKeys: String, CodingKey {
        case campaign, name = "case", summary, tier, device, status, isRequired = "required", reason, sessions
        case wallSeconds, checks, failures
    }

    /// A case that has not run.
    public init(_ entry: CampaignCase, of campaign: Campaign, on device: CampaignDevice) {
        (self.campaign, name, summary) = (campaign.name, entry.name.text, entry.summary)
        tier = device.tier.map(String.init) ?? "real"
        self.device = device.id.text
        isRequired = device.tier.map(campaign.requiredTiers.contains) ?? false
    }

    /// Takes over what one session showed.
    public mutating func add(_ verdicts: [CampaignVerdict], trace: CampaignTrace, entry: CampaignCase) {
        sessions += 1
        let isFirstFailure = failures.isEmpty && verdicts.contains { !$0.isMet }
        if picture.isEmpty || isFirstFailure { picture = timeline(trace, of: entry) }
        guard !checks.isEmpty else {
            checks = verdicts.map {
                Check(expectation: $0.text, bound: $0.bound, worst: $0.found, isMet: $0.isMet, size: $0.size)
            }
            return
        }
        for (index, verdict) in verdicts.enumerated() {
            let isWorse =
                checks[index].isMet == verdict.isMet
                ? verdict.size ?? .min > checks[index].size ?? .min : checks[index].isMet
            guard isWorse else { continue }
            (checks[index].worst, checks[index].isMet) = (verdict.found, verdict.isMet)
            checks[index].size = verdict.size
        }
    }

    /// Takes over a session that did not come to an end.
    public mutating func fail(_ failure: Failure) {
        status = .failed
        failures.append(failure)
    }

    /// The case did not run.
    public mutating func skip(_ why: String) { (status, reason) = (.skipped, why) }
}
