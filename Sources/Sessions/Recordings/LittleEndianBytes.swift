extension [UInt8] {
    /// The unsigned integer of `Word` whose lowest byte is at `at`, where the bytes hold it.
    func littleEndian<Word: FixedWidthInteger & UnsignedInteger>(_ at: Int, _ type: Word.Type = Word.self) -> Word {
        var word: Word = 0
        for place in 0..<(Word.bitWidth / 8) { word |= Word(self[at + place]) << Word(8 * place) }
        return word
    }

    /// The double whose lowest byte is at `at`.
    func double(_ at: Int) -> Double { Double(bitPattern: littleEndian(at)) }
}
