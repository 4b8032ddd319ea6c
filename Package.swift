// swift-tools-version: 6.3
import PackageDescription

#if arch(x86_64)
    /// Swift's code generation follows clang's target: this brings FMA and AVX2 to both languages.
    let march = ["-march=x86-64-v3"]
#else
    let march: [String] = []
#endif

let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6), .strictMemorySafety(), .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .unsafeFlags(march.flatMap { ["-Xcc", $0] }),
]

func room(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: house)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: house)
}

func library(_ name: String, pkgConfig: String? = nil) -> Target {
    .systemLibrary(name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: house)
}

let package = Package(
    name: "ansa",
    products: [
        .executable(name: "ansa", targets: ["ansa"]),
        .executable(name: "ansa-guard", targets: ["ansa-guard"]),
        .executable(name: "ansa-virtual-stimulator", targets: ["ansa-virtual-stimulator"]),
    ],
    targets: [
        library("CALSA", pkgConfig: "alsa"), library("CLibUSB", pkgConfig: "libusb-1.0"),
        library("CHDF5", pkgConfig: "hdf5-serial"), library("CSodium", pkgConfig: "libsodium"),
        library("CYAML", pkgConfig: "yaml-0.1"), library("CMicroHTTPD", pkgConfig: "libmicrohttpd"),
        library("COpenBLAS", pkgConfig: "openblas"), library("CLinux"),

        room("Signal", []),
        room("Acquisition", ["Signal", "CLinux"]),
        room("Conditioning", ["Signal"]),
        room("Neuromorphic", ["Signal", "CHDF5"]),
        room("Decoding", ["Signal", "Neuromorphic"]),
        room("Interlocks", ["Signal"]),
        room("Stimulation", ["Signal", "Interlocks", "CSodium", "CLinux"]),
        room("Sessions", ["Signal", "Interlocks", "CHDF5", "CSodium", "CLinux"]),
        room("Configuration", ["Signal", "Interlocks", "CYAML", "CSodium"]),
        room("Guard", ["Signal", "Interlocks", "Stimulation", "Configuration", "CLinux"]),
        room(
            "Loop",
            [
                "Signal", "Acquisition", "Conditioning", "Neuromorphic", "Decoding", "Interlocks", "Stimulation",
                "Sessions", "Configuration", "CLinux",
            ]),
        room("VirtualLab", ["Signal", "Acquisition", "Interlocks", "Stimulation"]),
        room(
            "Campaigns",
            [
                "Loop", "VirtualLab", "Signal", "Acquisition", "Conditioning", "Decoding", "Neuromorphic", "Interlocks",
                "Sessions", "Configuration", "CLinux",
            ]),
        room("Monitor", ["Signal", "Sessions", "Loop"]),
        .target(
            name: "BenchmarkTwins",
            cSettings: [.unsafeFlags(march + ["-O3", "-ffp-contract=off"])]),
        room(
            "Benchmarks",
            [
                "BenchmarkTwins", "Signal", "Acquisition", "Conditioning", "Neuromorphic", "Decoding", "Interlocks",
                "Stimulation", "Sessions", "Configuration", "Loop", "VirtualLab", "Campaigns", "CLinux",
            ]),
        program(
            "ansa",
            [
                "Signal", "Acquisition", "Conditioning", "Neuromorphic", "Decoding", "Interlocks", "Stimulation",
                "Sessions", "Configuration", "Loop", "VirtualLab", "Campaigns", "Monitor", "Benchmarks", "CLinux",
            ]),
        program("ansa-guard", ["Guard"]),
        program("ansa-virtual-stimulator", ["VirtualLab", "Stimulation", "Interlocks", "Signal"]),

        tests("SignalTests", ["Signal", "CLinux"]),
        tests("AcquisitionTests", ["Acquisition", "Signal"]),
        tests("ConditioningTests", ["Conditioning", "Signal"]),
        tests("NeuromorphicTests", ["Neuromorphic", "Signal"]),
        tests("DecodingTests", ["Decoding", "Neuromorphic", "Signal"]),
        tests("InterlocksTests", ["Interlocks", "Signal"]),
        tests("StimulationTests", ["Stimulation", "Interlocks", "Signal"]),
        tests("SessionsTests", ["Sessions", "Signal", "Interlocks"]),
        tests("ConfigurationTests", ["Configuration", "Interlocks", "Signal"]),
        tests("GuardTests", ["Guard", "Configuration", "Stimulation", "Interlocks", "Signal", "VirtualLab"]),
        tests(
            "LoopTests",
            [
                "Loop", "Acquisition", "Conditioning", "Configuration", "Decoding", "Interlocks", "Signal",
                "Stimulation",
                "VirtualLab",
            ]),
        tests("VirtualLabTests", ["VirtualLab", "Acquisition", "Stimulation", "Interlocks", "Signal"]),
        tests("CampaignsTests", ["Campaigns", "VirtualLab", "Neuromorphic", "Decoding", "Configuration"]),
        tests("MonitorTests", ["Monitor"]),
        tests("EndToEndTests", ["Sessions", "Signal"]),
        tests(
            "FaultTests",
            [
                "Signal", "Acquisition", "Conditioning", "Neuromorphic", "Decoding", "Interlocks", "Stimulation",
                "Guard", "Sessions", "Configuration", "Loop", "VirtualLab", "Campaigns", "CLinux", "TokenSender",
            ]),
        .executableTarget(
            name: "TokenSender", dependencies: ["Signal", "Interlocks", "Stimulation"], path: "Tests/TokenSender",
            swiftSettings: house),
        tests("RealtimeTests", []),
        tests("TidyTests", []),
    ]
)

// The fuzzer's program is built by Scripts/fuzz.sh alone: it links libFuzzer, which is part of the toolchain.
if Context.environment["ANSA_FUZZ"] == "1" {
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Fuzz/CFuzzer"),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "CFuzzer", "Signal", "Interlocks", "Stimulation", "Configuration", "Guard", "Sessions", "Neuromorphic",
                "CSodium",
            ],
            path: "Fuzz/Program", swiftSettings: house, linkerSettings: [.unsafeFlags(["-use-ld=lld"])]),
    ]
}
