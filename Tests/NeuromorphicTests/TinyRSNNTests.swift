import Foundation
import Neuromorphic
import Testing

/// Expected values: the authors' own snnTorch class, in double precision and in half (see the data's README).
@Suite(.enabled(if: Data.isPresent, "needs recordings in ANSA_DATA"))
struct TinyRSNNTests {
    static let cases = ["indy01-1", "indy03-5", "loco01-2", "loco02-4"]

    struct Vector {
        let checkpoint: TinyCheckpoint
        let folder: String
        let steps: Int
        let input: [Double]

        init(_ name: String) throws {
            let file = Data.path("tiny-rsnn/checkpoints/\(name).f32le")
            checkpoint = try TinyCheckpoint(bytes: bytes(file), file: file)
            folder = Data.path("tiny-rsnn/vectors/\(name)/")
            input = try bytes(folder + "input.u8").map(Double.init)
            steps = input.count / checkpoint.inputs
        }

        func spikes(_ name: String) throws -> [UInt8] { try bytes(folder + name) }

        func doubles(_ name: String) throws -> [Double] {
            let raw = try bytes(folder + name)
            return stride(from: 0, to: raw.count, by: 8).map { place in
                Double(bitPattern: (0..<8).reduce(UInt64(0)) { $0 | UInt64(raw[place + $1]) << (8 * UInt64($1)) })
            }
        }

        func floats(_ name: String) throws -> [Float] {
            let raw = try bytes(folder + name)
            return stride(from: 0, to: raw.count, by: 4).map { place in
                Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(raw[place + $1]) << (8 * UInt32($1)) })
            }
        }

        /// Hidden spikes, membranes, currents and outputs of all steps.
        func run(_ network: TinyRSNN) -> (spikes: [UInt8], membrane: [Double], current: [Double], output: [Double]) {
            var found: ([UInt8], [Double], [Double], [Double]) = ([], [], [], [])
            var y = [0.0, 0.0]
            for step in 0..<steps {
                let x = Array(input[(step * network.inputCount)..<((step + 1) * network.inputCount)])
                unsafe network.step(input: x, output: &y)
                for i in 0..<64 {
                    found.0.append(network.fired(i) ? 1 : 0)
                    found.1.append(network.membrane(i))
                    found.2.append(network.current(i))
                }
                found.3 += y
            }
            return found
        }
    }

    private func largest(_ a: [Double], _ b: [Double]) -> Double {
        a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
    }

    @Test("In double precision every spike is equal, membranes, currents and outputs within 1e-12", arguments: cases)
    func double(_ name: String) throws {
        let vector = try Vector(name)
        let network = TinyRSNN(vector.checkpoint, precision: .double)
        let found = vector.run(network)
        #expect(found.spikes == (try vector.spikes("hidden_spikes.u8")))
        #expect(largest(found.membrane, try vector.doubles("hidden_mem.f64le")) < 1e-12)
        #expect(largest(found.current, try vector.doubles("hidden_syn.f64le")) < 1e-12)
        #expect(largest(found.output, try vector.doubles("output.f64le")) < 1e-12)
    }

    @Test("In single precision every spike is equal, states within 1e-4 and outputs within 1e-6", arguments: cases)
    func single(_ name: String) throws {
        let vector = try Vector(name)
        let found = vector.run(TinyRSNN(vector.checkpoint, precision: .single))
        #expect(found.spikes == (try vector.spikes("hidden_spikes.u8")))
        #expect(largest(found.membrane, try vector.doubles("hidden_mem.f64le")) < 1e-4)
        #expect(largest(found.current, try vector.doubles("hidden_syn.f64le")) < 1e-4)
        #expect(largest(found.output, try vector.doubles("output.f64le")) < 1e-6)
    }

    @Test("By the half-precision rule every spike and every bit of the output is equal", arguments: cases)
    func half(_ name: String) throws {
        let vector = try Vector(name)
        let found = vector.run(TinyRSNN(vector.checkpoint, precision: .half))
        #expect(found.spikes == (try vector.spikes("half_hidden_spikes.u8")))
        #expect(found.output.map { Float($0).bitPattern } == (try vector.floats("half_output.f32le").map(\.bitPattern)))
    }

    /// `vectors.json`: effective_ac_per_step and hidden_spikes.
    @Test("Operations and spikes are counted as the benchmark counts them", arguments: cases)
    func accounting(_ name: String) throws {
        let vector = try Vector(name)
        let list = try Data.json("tiny-rsnn/vectors.json")["vectors"] as? [[String: Any]] ?? []
        let expected = try #require(list.first { $0["id"] as? String == name })
        let network = TinyRSNN(vector.checkpoint, precision: .double)
        _ = vector.run(network)
        let perStep = Double(network.operations.synaptic) / Double(vector.steps)
        #expect(network.operations.spikes == Int64(expected.int("hidden_spikes")))
        #expect(abs(perStep - expected.double("effective_ac_per_step")) < 2, "\(perStep)")
    }

    @Test("As a graph under exact/voltage-first/zero-late the decoder decodes the same within 1e-9", arguments: cases)
    func graph(_ name: String) throws {
        let vector = try Vector(name)
        let scheme = try #require(Scheme("exact/voltage-first/zero-late"))
        let chip = try ChipNetwork(
            graph: vector.checkpoint.graph(), backend: .float, dt: TinyCheckpoint.step, scheme: scheme)
        var (output, y): ([Double], [Double]) = ([], [0, 0])
        for step in 0..<vector.steps {
            let x = Array(vector.input[(step * chip.inputCount)..<((step + 1) * chip.inputCount)])
            unsafe chip.step(input: x, output: &y)
            output += y
        }
        #expect(largest(output, try vector.doubles("output.f64le")) < 1e-9)
    }

    @Test("A file of another size, and one with a NaN, is no checkpoint")
    func refusals() throws {
        let raw = try bytes(Data.path("tiny-rsnn/checkpoints/indy01-1.f32le"))
        do throws(NIRError) {
            _ = try TinyCheckpoint(bytes: Array(raw.dropLast(4)), file: "cut")
            Issue.record("accepted")
        } catch { #expect(error.description.contains("42524 bytes")) }
        let wrong = raw.prefix(8) + [0, 0, 0xc0, 0x7f] + raw.dropFirst(12)
        #expect(throws: NIRError.notFinite(node: "nan", parameter: "input_weight", index: "[2]")) {
            try TinyCheckpoint(bytes: Array(wrong), file: "nan")
        }
    }
}
