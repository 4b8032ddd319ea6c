extension LimitsFile {
    /// Whether the file may be used at `now` (seconds since 1970): too early, expired, consent ended.
    public func timeProblems(at now: Int64) -> [Problem] {
        var problems: [Problem] = []
        func report(_ code: String, _ place: Measured, _ field: String, _ text: String) {
            problems.append(
                Problem(code: "ANSA-L\(code)", file: file, position: place.position, field: field, text: text))
        }
        if now < FileDate.earliestClock {
            let text = "the clock says \(FileDate.date(now)), which cannot be: nothing is judged by it. Set the clock."
            report("307", notBefore, "not_before", text)
            return problems
        }
        if now < notBefore.value {
            report("304", notBefore, "not_before", "the file is valid from \(FileDate.date(notBefore.value)) on.")
        }
        if now >= expires.value {
            let days = (now - expires.value) / FileDate.day
            let ago = days == 1 ? "1 day ago" : days == 0 ? "today" : "\(days) days ago"
            let text =
                "the file expired \(ago) (\(FileDate.date(expires.value))). Ask the signing clinician for a new "
                + "revision; do not edit the date (the signature would fail)."
            report("305", expires, "expires", text)
        }
        if now >= subject.consentExpires.value {
            let day = FileDate.date(subject.consentExpires.value)
            report("306", subject.consentExpires, "subject.consent_expires", "consent ended on \(day).")
        }
        return problems
    }

    /// That the file, or the consent, ends within an hour or a day of `now` (seconds since 1970).
    public func expiryWarnings(at now: Int64) -> [Problem] {
        let ends = [(expires, "expires", "the file"), (subject.consentExpires, "subject.consent_expires", "consent")]
        guard now >= FileDate.earliestClock else { return [] }
        return ends.compactMap { end, field, name in
            let left = end.value - now
            guard left > 0, left <= FileDate.day else { return nil }
            let hours = left <= 3_600 ? "1 h" : "\((left + 3_599) / 3_600) h"
            return Problem(
                code: "ANSA-L308", severity: .warning, file: file, position: end.position, field: field,
                text: "\(name) ends within \(hours) (\(end.text)).")
        }
    }

    /// Whether the open session's subject is the one that was signed for.
    public func subjectProblems(session subject: String) -> [Problem] {
        let signed = self.subject.pseudonym
        guard signed.text != subject else { return [] }
        let text =
            "signed for \(signed.text), the open session is \(subject). Check the patient. Nothing was loaded."
        return [
            Problem(
                code: "ANSA-L402", file: file, position: signed.position, field: "subject.pseudonym", text: text)
        ]
    }

    /// Whether an older revision than the last one used is presented.
    ///
    /// - Parameters:
    ///   - last: the last revision used for this subject and device.
    ///   - used: when, in seconds since 1970.
    /// - Returns: one problem or none.
    public func revisionProblems(last: Int64, used: Int64) -> [Problem] {
        guard revision.value < last else { return [] }
        let text =
            "\(revision.text), but revision \(last) was used on \(FileDate.date(used)). Old files cannot be used "
            + "again (roll-back protection)."
        return [
            Problem(code: "ANSA-L404", file: file, position: revision.position, field: "revision", text: text)
        ]
    }
}
