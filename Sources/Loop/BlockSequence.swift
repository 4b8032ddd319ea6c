internal import Signal

/// Puts blocks into the session's order by the sample index that they carry.
///
/// - A fall by more than 2³¹ is a 32-bit counter that wrapped: the index goes on.
/// - A block at most ``reach`` blocks late came twice or out of order: it is dropped, and the next one says so.
/// - One that is later still means that the counter ran backwards: it stands where the next block was expected, its
///   header says so, and what follows keeps the new offset (IL-26).
struct BlockSequence: Sendable {
    /// How late a block may be and still be a straggler.
    static let reach: Int64 = 4
    /// Blocks that came twice or out of order.
    private(set) var dropped: Int64 = 0
    private var offset: Int64 = 0
    private var next: Int64 = 0
    private var hasDropped = false

    /// Rewrites the header of `block` in the session's terms; false: it is to be dropped.
    mutating func admit(_ block: Block) -> Bool {
        let frames = Int64(block.format.frames)
        var first = block.header.firstSample &+ offset
        if first < next - 1 << 31 {
            offset += 1 << 32
            first += 1 << 32
        }
        if first < next {
            guard next - first > Self.reach * frames else {
                dropped += 1
                hasDropped = true
                return false
            }
            offset += next - first
            first = next
            block.header.flags.insert(.restarted)
        }
        block.header.firstSample = first
        if hasDropped { block.header.flags.insert(.repeated) }
        hasDropped = false
        next = first + frames
        return true
    }
}
