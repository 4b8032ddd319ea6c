import Configuration
import Foundation
import Loop
import Sessions
import Signal

extension Command {
    static let sessionWhy = Command(
        name: "why", overview: "Says why a session stimulated, or refused to, from its journal alone.",
        arguments: [.session],
        options: [
            Option("at", .positive, placeholder: "s", help: "What happened last at this time of the session."),
            Option("pulse", .integer(1...Int64.max), placeholder: "n", help: "The pulse with this number, from 1."),
            .format,
        ],
        examples: ["ansa session why Sessions/last --pulse 1"]
    ) { arguments in
        Failure.code { () throws(Failure) in try explainStimulation(arguments) }
    }
}

/// `ansa session why`: the last event unless a time or a pulse is asked for.
private func explainStimulation(_ arguments: ParsedArguments) throws(Failure) -> Int32 {
    let path = arguments.word("session")
    if arguments.text("at") != nil, arguments.text("pulse") != nil {
        throw Failure(ExitCode.usage, "--at and --pulse both name what to explain: use one of them.")
    }
    do throws(JournalError) {
        let reader = try JournalReader(path)
        let trace = try StimulationTrace(reader)
        let (event, index) = try chosen(from: trace, arguments, path)
        reader.rewind()
        let report = try WhyReport(reader, trace: trace, event: event, pulse: index)
        let isWritten = arguments.wantsJSON ? Terminal.report(report) : Terminal.result(report.text)
        return isWritten ? ExitCode.done : ExitCode.inputOutput
    } catch { throw Failure(error) }
}

private func chosen(
    from trace: StimulationTrace, _ arguments: ParsedArguments, _ path: String
) throws(JournalError) -> (StimulationTrace.Event, Int64) {
    func absent(_ text: String) -> JournalError { .damaged(JournalDamage(file: path, text: text)) }
    guard let last = trace.events.last else {
        throw absent("nothing was delivered and nothing was refused in this session")
    }
    if let number = arguments.text("pulse").flatMap({ Int64($0) }) {
        guard let found = trace.event(ofPulse: number) else {
            throw absent("there is no pulse \(number): the journal has \(trace.pulses)")
        }
        return (found.event, found.index)
    }
    guard let seconds = arguments.text("at").flatMap({ Double($0) }) else { return (last, 0) }
    let time = Int64(min(seconds * 1e6, 9e18))
    guard let event = trace.event(at: time) else {
        let first = Double(trace.events[0].firstPulse) / 1e6
        throw absent("nothing was delivered or refused before \(seconds) s; the first event is at \(first) s")
    }
    let index = event.period > 0 ? (time - event.firstPulse) / event.period : 0
    return (event, min(max(index, 0), max(0, event.pulses - 1)))
}
