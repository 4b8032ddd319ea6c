import Glibc
import Testing

/// Faults of processes need the built programs.
struct OSProductsTests {
    @Test(
        "The programs that fault tests start stand beside the tests",
        arguments: ["ansa", "ansa-guard", "ansa-virtual-stimulator"])
    func built(program: String) {
        #expect(unsafe access(Products.folder + "/" + program, X_OK) == 0, "\(Products.folder)")
    }
}
