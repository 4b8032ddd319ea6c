import Testing

/// What one person can read and hold in mind.
@Suite struct SizeTests {
    @Test("The tidy checks read files at all: a check of nothing passes")
    func readsFiles() {
        #expect(SourceFile.sources.count > 50)
        #expect(SourceFile.tests.count > 20)
        #expect(SourceFile.sources.contains { $0.path == "Sources/Signal/Block.swift" })
    }

    @Test("No file has more than 500 lines, and nine of ten have at most 300")
    func fileLength() {
        let long = SourceFile.everything.filter { $0.lines.count > 501 }
        #expect(long.map(\.path) == [])
        let lengths = SourceFile.sources.map(\.lines.count).sorted()
        #expect(lengths[lengths.count * 9 / 10] <= 301)
    }

    @Test("No line has more than 120 columns")
    func columns() {
        let wide = SourceFile.everything.flatMap { file in
            file.lines.indices.filter { file.lines[$0].count > 120 }.map { "\(file.path):\($0 + 1)" }
        }
        #expect(wide == [])
    }

    @Test("No function has more than 60 lines")
    func functionLength() {
        let long = SourceFile.sources.flatMap(SourceFunction.all).filter { $0.body.count > 60 }
        #expect(long.map { "\($0.file.path):\($0.start + 1) \($0.name)" } == [])
    }

    @Test("The safety core has at most 1,000 lines")
    func interlocks() {
        let lines = SourceFile.sources.filter { $0.room == "Interlocks" }.map { $0.lines.count - 1 }.reduce(0, +)
        #expect(lines > 0)
        #expect(lines <= 1000)
    }
}
