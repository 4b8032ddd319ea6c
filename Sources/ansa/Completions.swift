extension Command {
    /// `ansa completions`.
    static let completions = Command(
        name: "completions", overview: "Prints a script that completes ansa's words in a shell.",
        arguments: [Argument("shell", help: "The shell that will read it.", words: CompletionScript.shells)],
        examples: ["ansa completions bash > ansa.bash && source ./ansa.bash"]
    ) { arguments in
        let script = CompletionScript.text(for: arguments.word("shell"), root: Program.root)
        return Terminal.result(script) ? ExitCode.done : ExitCode.inputOutput
    }
}
