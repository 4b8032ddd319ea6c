import CFuzzer
import Glibc

/// One program with four targets: `ANSA_FUZZ_TARGET=limits Fuzz <libFuzzer's words>`.
///
/// `Fuzz seeds <folder>` writes what the corpus began with.
enum Target: String, CaseIterable {
    case limits, guarding, journal, network
    /// Any bytes as a network file: most of what is found there is libhdf5's, see Documentation/evidence/fuzz.md.
    case container
}

if CommandLine.arguments.count == 3, CommandLine.arguments[1] == "seeds" {
    exit(Seeds.write(to: CommandLine.arguments[2]) ? 0 : 74)
}
let chosen = unsafe getenv("ANSA_FUZZ_TARGET").flatMap { unsafe Target(rawValue: String(cString: $0)) }
guard let chosen else {
    print("ANSA_FUZZ_TARGET is one of \(Target.allCases.map(\.rawValue))")
    exit(64)
}
var count = CommandLine.argc
var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
// A C function pointer captures nothing: one literal each.
switch chosen {
case .limits: exit(unsafe LLVMFuzzerRunDriver(&count, &words) { LimitsTarget.run(unsafe input($0, $1)) })
case .guarding: exit(unsafe LLVMFuzzerRunDriver(&count, &words) { GuardTarget.run(unsafe input($0, $1)) })
case .journal: exit(unsafe LLVMFuzzerRunDriver(&count, &words) { JournalTarget.run(unsafe input($0, $1)) })
case .network: exit(unsafe LLVMFuzzerRunDriver(&count, &words) { NetworkTarget.run(unsafe input($0, $1)) })
case .container: exit(unsafe LLVMFuzzerRunDriver(&count, &words) { NetworkTarget.runRaw(unsafe input($0, $1)) })
}
