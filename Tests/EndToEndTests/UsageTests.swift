import Foundation
import Testing

/// Exit code 64 is EX_USAGE of BSD's sysexits.h.
@Suite struct UsageTests {
    @Test(
        "A command line that cannot be understood ends with 64, says why, and prints no result",
        arguments: [
            ([], "Missing subcommand."),
            (["frobnicate"], "Unknown subcommand 'frobnicate'."),
            (["complet"], "Did you mean 'completions'?"),
            (["--verion"], "Did you mean '--version'?"),
            (["help", "completion"], "Did you mean 'completions'?"),
            (["completions"], "Missing expected argument '<shell>'."),
            (["completions", "bsh"], "Did you mean 'bash'?"),
            (["completions", "bash", "zsh"], "Unexpected argument 'zsh'."),
            (["completions", "bash", "--frob"], "Unknown option '--frob'."),
            (["completions", "-x", "bash"], "Unknown option '-x'."),
            (["completions", "--", "--help"], "'--help' is no <shell>"),
            (["doctor", "--format"], "Missing value for '--format <format>'."),
            (["doctor", "--format=yaml"], "'--format' takes one of: text, json, not 'yaml'."),
            (["doctor", "--frmat", "json"], "Did you mean '--format'?"),
            (["limits"], "Missing subcommand."),
            (["limits", "chek", "x"], "Did you mean 'check'?"),
        ] as [([String], String)])
    func usage(words: [String], reason: String) throws {
        let outcome = try BuiltProgram.ansa.run(words)
        #expect(outcome.code == 64)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("Error: "))
        #expect(outcome.errors.contains(reason))
        #expect(outcome.errors.contains("\nUsage: ansa"))
        #expect(outcome.errors.contains("--help' for more information."))
    }

    @Test("`--version` prints the name and a version of three numbers")
    func version() throws {
        let outcome = try BuiltProgram.ansa.run(["--version"])
        #expect(outcome.code == 0)
        #expect(outcome.output.wholeMatch(of: /ansa \d+\.\d+\.\d+\n/) != nil)
    }

    @Test("`--opt=value` and `--opt value` mean the same, and the last one given holds")
    func optionForms() throws {
        for words in [["--format=json"], ["--format", "json"], ["--format=text", "--format", "json"]] {
            let outcome = try BuiltProgram.ansa.run(["doctor"] + words)
            #expect(outcome.json["findings"] != nil)
        }
    }

    @Test("The completion script for bash is valid and completes a subcommand", arguments: ["bash", "zsh", "fish"])
    func completions(shell: String) throws {
        let script = try BuiltProgram.ansa.run(["completions", shell])
        #expect(script.code == 0)
        #expect(script.output.contains("completions"))
        guard shell == "bash" else { return }
        let words = "COMP_WORDS=(ansa comp); COMP_CWORD=1; _ansa; echo \"${COMPREPLY[*]}\""
        let bash = BuiltProgram(executable: URL(fileURLWithPath: "/bin/bash"))
        let outcome = try bash.run(["-c", script.output + "\n" + words])
        #expect(outcome.output == "completions\n")
    }
}
