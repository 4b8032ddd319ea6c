import CLinux
import Testing

@Suite struct ProcessorTests {
    #if arch(x86_64)
        @Test("C and Swift are compiled for processors with fused multiply-add")
        func fusedMultiplyAdd() {
            #expect(ansa_built_with_fma())
            #expect(ansa_cpu_has_fma())
        }
    #endif
}
