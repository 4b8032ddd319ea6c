import Signal
import Testing

@testable import Loop

@Suite struct MarkScheduleTests {
    /// By hand: blocks of 10 samples; a mark 8…12 belongs to both blocks, 25…27 to the third only.
    @Test("A mark across a block's end is handed over with both blocks, and then forgotten")
    func acrossBlocks() {
        let schedule = MarkSchedule()
        schedule.add(StimulationMark(firstSample: 8, endSample: 12))
        schedule.add(StimulationMark(firstSample: 25, endSample: 27))
        let first = unsafe Array(schedule.take(touching: 0..<10))
        let second = unsafe Array(schedule.take(touching: 10..<20))
        let third = unsafe Array(schedule.take(touching: 20..<30))
        #expect(first == [StimulationMark(firstSample: 8, endSample: 12)])
        #expect(second == first)
        #expect(third == [StimulationMark(firstSample: 25, endSample: 27)])
        #expect(schedule.count == 0)
    }
}
