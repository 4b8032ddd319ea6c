import Signal

/// Sliding sums of charge over 64 buckets and one that is partly expired, a ring of them per contact and window.
///
/// A bucket is ⌈length / 64⌉ long, at least 16 µs, so that its number stays far from Int64's end. A bucket that has
/// expired in part counts whole, so that a sum is never too small. What was debited for a later time counts at once;
/// 17 buckets of it, a lease in 1 s, push nothing out of the window that another lead's pulse ends. Debits earlier than
/// the newest bucket go into the newest. Times may be up to 25 h before the session, to carry a history over.
struct Ledger: Sendable {
    static let slots = 82, origin: Int64 = 90_000_000_000

    let contacts: Int
    private let bucketLengths: [Int64]
    /// Number of the newest bucket, per ring.
    private var newest: [Int64]
    private var charges: [Int64]

    init(contacts: Int, lengths: [Int64]) {
        self.contacts = contacts
        bucketLengths = lengths.map { max(16, quotientRoundedUp($0, 64)) }
        newest = Array(repeating: 0, count: contacts * lengths.count)
        charges = Array(repeating: 0, count: contacts * lengths.count * Ledger.slots)
    }

    /// Nil where there is no such ring.
    private func ring(contact: Int, window: Int) -> Int? {
        guard contact >= 0, contact < contacts, bucketLengths.indices.contains(window) else { return nil }
        return contact * bucketLengths.count + window
    }

    /// The sum over the window that ends at `time`; nil where there is no such ring or the sum does not fit.
    func charge(contact: Int, window: Int, at time: Int64) -> Int64? {
        guard let ring = ring(contact: contact, window: window) else { return nil }
        let bucket = number(time, window)
        var total: Int64? = 0
        for age in 0..<min(Int64(Ledger.slots), newest[ring] + 1) where newest[ring] - age + 64 >= bucket {
            total = sum(total, charges[slot(ring, newest[ring] - age)])
        }
        return total
    }

    func bucket(contact: Int, window: Int, age: Int64, at time: Int64) -> (amount: Int64, length: Int64)? {
        guard let ring = ring(contact: contact, window: window), age >= 0, age < Int64(Ledger.slots) else { return nil }
        let bucket = number(time, window) - age
        let isKept = bucket >= 0 && bucket <= newest[ring] && bucket > newest[ring] - Int64(Ledger.slots)
        return (isKept ? charges[slot(ring, bucket)] : 0, bucketLengths[window])
    }

    /// A charge that did not fit fills the window, a time that did not fit is the end of time.
    mutating func debit(contact: Int, window: Int, charge: Int64?, at time: Int64?) {
        guard let ring = ring(contact: contact, window: window) else { return }
        let bucket = max(newest[ring], number(time, window))
        for age in 0..<min(Int64(Ledger.slots), bucket - newest[ring]) {
            charges[slot(ring, bucket - age)] = 0
        }
        newest[ring] = bucket
        charges[slot(ring, bucket)] = sum(charges[slot(ring, bucket)], charge) ?? .max
    }

    /// True if `pulses` debits of `charge` from `first` on, `period` apart, keep every window at or under `limit`.
    ///
    /// The new pulses never expire here: a segment is shorter than a window.
    func holds(
        _ charge: Int64, pulses: Int64, first: Int64, period: Int64, contact: Int, window: Int, limit: Int64
    ) -> Bool {
        guard pulses <= CompiledCeilings.pulses, bucketLengths.indices.contains(window) else { return false }
        var bucket: Int64?, before: Int64?
        for pulse in 0..<pulses {
            guard let time = sum(first, product(pulse, period)) else { return false }
            if number(time, window) != bucket {
                bucket = number(time, window)
                before = self.charge(contact: contact, window: window, at: time)
            }
            guard let total = sum(before, product(charge, pulse + 1)), total <= limit else { return false }
        }
        return true
    }

    /// Number of the bucket of `time`.
    private func number(_ time: Int64?, _ window: Int) -> Int64 {
        max(0, sum(time, Ledger.origin) ?? .max) / bucketLengths[window]
    }

    private func slot(_ ring: Int, _ bucket: Int64) -> Int { ring * Ledger.slots + Int(bucket % Int64(Ledger.slots)) }
}
