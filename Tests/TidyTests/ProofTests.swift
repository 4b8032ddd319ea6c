import Foundation
import Testing

@Suite struct ProofTests {
    static let tests = SourceFile.tests.flatMap(SourceFunction.all).filter(\.isTest)

    @Test("Every test expects something")
    func expectations() {
        #expect(Self.tests.count > 30)
        let silent = Self.tests.filter { test in
            let body = test.body.joined(separator: "\n")
            return !body.contains(/#expect|#require|Issue\.record|\b(?:expect|check|verify|compare)\w*\(/)
        }
        #expect(silent.map { "\($0.file.path):\($0.start + 1) \($0.name)" } == [])
    }

    /// The guard must start, and go on, without what it does not need.
    @Test("ansa-guard links no Foundation, no HDF5, no web server, no sound and no linear algebra")
    func guardLinks() throws {
        let ldd = BuiltProgram(executable: URL(fileURLWithPath: "/usr/bin/ldd"))
        let outcome = try ldd.run([BuiltProgram("ansa-guard").executable.path])
        #expect(outcome.code == 0)
        #expect(outcome.output.contains("libc.so"))
        for library in ["Foundation", "hdf5", "microhttpd", "openblas", "asound"] {
            #expect(!outcome.output.contains(library), "\(library)")
        }
    }
}
