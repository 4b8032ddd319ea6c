internal import Signal

/// The stretches of samples that segments in flight will disturb, until the block that holds them has been conditioned.
///
/// Written by the stimulation stage and read by the conditioning stage, both on the loop's one thread. It holds at most
/// 256 marks; a profile whose blocks could hold more pulses in flight is refused when it is wired, so that no pulse
/// goes out unblanked.
@safe final class MarkSchedule: @unchecked Sendable {
    static let capacity = 256
    private let marks: UnsafeMutablePointer<StimulationMark>
    private let present: UnsafeMutablePointer<StimulationMark>
    private(set) var count = 0

    init() {
        let empty = StimulationMark(firstSample: 0, endSample: 0)
        unsafe marks = .allocate(capacity: Self.capacity)
        unsafe marks.initialize(repeating: empty, count: Self.capacity)
        unsafe present = .allocate(capacity: Self.capacity)
        unsafe present.initialize(repeating: empty, count: Self.capacity)
    }

    deinit {
        unsafe marks.deallocate()
        unsafe present.deallocate()
    }

    func add(_ mark: StimulationMark) {
        precondition(count < Self.capacity, "more pulses in flight than the profile allows")
        unsafe marks[count] = mark
        count += 1
    }

    /// The marks that touch `samples`; those that end before or within are forgotten afterwards.
    func take(touching samples: Range<Int64>) -> UnsafeBufferPointer<StimulationMark> {
        var kept = 0
        var found = 0
        for index in 0..<count {
            let mark = unsafe marks[index]
            if mark.firstSample < samples.upperBound, mark.endSample > samples.lowerBound {
                unsafe present[found] = mark
                found += 1
            }
            if mark.endSample > samples.upperBound {
                unsafe marks[kept] = mark
                kept += 1
            }
        }
        count = kept
        return unsafe UnsafeBufferPointer(start: present, count: found)
    }
}
