import Foundation
import Loop
import Sessions

extension Command {
    static let sessionDiff = Command(
        name: "diff", overview: "Where two sessions first differ, and how far apart their decisions drift.",
        arguments: [Argument("first", help: "A session's folder."), Argument("second", help: "Another one's.")],
        options: [.format], examples: ["ansa session diff Sessions/before Sessions/after"]
    ) { arguments in
        Failure.code { () throws(Failure) in
            let difference: SessionDifference
            do throws(JournalError) {
                difference = try SessionDifference(arguments.word("first"), arguments.word("second"))
            } catch { throw Failure(error) }
            let isWritten =
                arguments.wantsJSON ? Terminal.report(difference) : Terminal.result(text(of: difference))
            guard isWritten else { return ExitCode.inputOutput }
            return difference.divergence == nil ? ExitCode.done : ExitCode.diverged
        }
    }

    private static func text(of difference: SessionDifference) -> String {
        guard let divergence = difference.divergence else { return "equal: \(difference.equalRecords) records" }
        var lines = ["first difference  \(divergence)", "equal before it   \(difference.equalRecords) records"]
        if !difference.inputs.isEmpty {
            lines.append("made from other   \(difference.inputs.joined(separator: ", "))")
        }
        for stretch in difference.drift {
            let mean = stretch.mean.map { fixed($0, 4) } ?? "none",
                most = stretch.greatest.map { fixed($0, 4) } ?? "none"
            lines.append(
                "decisions         until \(fixed(stretch.untilS, 2)) s: \(stretch.decisions) in both, mean difference "
                    + "\(mean), greatest \(most)")
        }
        return lines.joined(separator: "\n")
    }
}
