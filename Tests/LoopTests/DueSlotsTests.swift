import Testing

@testable import Loop

@Suite struct DueSlotsTests {
    /// By hand: deadlines 5 and 2 ms; ties go by precedence, safety before monitor.
    @Test("The slot with the earliest deadline runs first, and precedence breaks a tie")
    func earliestFirst() {
        var due = DueSlots()
        due.release(.monitor, deadline: 5)
        due.release(.safety, deadline: 5)
        due.release(.acquire, deadline: 2)
        #expect(due.takeEarliest() == .acquire)
        #expect(due.takeEarliest() == .safety)
        #expect(due.takeEarliest() == .monitor)
        #expect(due.takeEarliest() == nil)
    }

    @Test("A slot that was taken does not run again until it is released again")
    func takenOnce() {
        var due = DueSlots()
        due.release(.decode, deadline: 1)
        #expect(due.takeEarliest() == .decode)
        #expect(due.takeEarliest() == nil)
    }
}
