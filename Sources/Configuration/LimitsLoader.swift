import Interlocks
import Signal

/// The limits that `bytes` describe, with every check that needs no device, key or clock.
///
/// - Throws: every problem of the file at once.
public func loadLimits(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> LimitsFile {
    let findings = Findings(file: file, letter: "L")
    let root = Fields(try YAMLLoader.load(bytes, file: file, letter: "L"), path: "", findings: findings)
    let read = LimitsReader(root: root).read()
    root.finish()
    guard var limits = read, !findings.hasErrors else { throw ConfigurationError(findings.sorted) }
    CrossChecks(limits: limits, findings: findings).run()
    limits.warnings = try findings.warningsOrThrow()
    return limits
}

private struct LimitsReader {
    let root: Fields

    /// nil where a block is missing, which has then been reported.
    func read() -> LimitsFile? {
        root.schema("ansa.limits/1")
        let fileID = readFileID()
        let revision = root.number("revision", in: 1...Int64.max)
        let supersedes = readHash(root, "supersedes")
        let issued = root.instant("issued")
        let notBefore = root.instant("not_before")
        let expires = root.instant("expires")
        let purpose = root.choice("purpose", Purpose.allCases.map { ($0.rawValue, $0) })
        let setting = root.word("setting").text
        let subject = root.block("subject") { readSubject($0) }
        let device = root.block("device") { readDevice($0) }
        let electrodes = root.blocks("electrodes") { readElectrode($0) }
        let contacts = root.blocks("contacts") { readContact($0) }
        let pairs = root.blocks("pairs") { readPair($0) }
        let bounds = root.block("limits") { fields in
            (fields.block("hard") { readHard($0) }, fields.block("soft") { readSoft($0) })
        }
        let rate = root.block("rate") { readRate($0) }
        let dose = root.block("dose") { readDose($0) }
        let sensing = root.block("sensing") { readSensing($0) }
        let fallback = root.block("fallback") { readFallback($0) }
        let patient = root.block("patient") { readPatient($0) }
        let sensory = root.optionalBlock("sensory") { readSensory($0) }
        let approvals = root.block("approvals") { fields in
            Approvals(
                clinician: readKeyID(fields, "clinician"), engineer: readKeyID(fields, "engineer"),
                reasonForChange: fields.word("reason_for_change").text)
        }
        guard let purpose, let subject, let device, let hard = bounds?.0, let soft = bounds?.1, let rate, let dose,
            let sensing, let fallback, let patient, let approvals
        else { return nil }
        return LimitsFile(
            file: root.findings.file, fileID: fileID, revision: revision, supersedes: supersedes, issued: issued,
            notBefore: notBefore, expires: expires, purpose: purpose, setting: setting, subject: subject,
            device: device, electrodes: electrodes, contacts: contacts, pairs: pairs, hard: hard, soft: soft,
            rate: rate, dose: dose, sensing: sensing, fallback: fallback, patient: patient, sensory: sensory,
            approvals: approvals)
    }

    /// A ULID: 26 characters of Crockford's base 32.
    private func readFileID() -> String {
        let word = root.word("file_id")
        let alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        if !word.text.isEmpty, word.text.count != 26 || !word.text.allSatisfy({ alphabet.contains($0) }) {
            root.report("111", word.position, "file_id", "\"\(word.text)\" is not a ULID of 26 characters.")
        }
        return word.text
    }

    /// `blake2b:` and 64 hexadecimal digits, where the key stands.
    private func readHash(_ fields: Fields, _ key: String) -> Word? {
        guard let word = fields.optionalWord(key) else { return nil }
        let digits = word.text.hasPrefix("blake2b:") ? word.text.dropFirst(8) : ""
        if digits.count != 64 || !digits.allSatisfy({ "0123456789abcdef".contains($0) }) {
            let text = "\"\(word.text)\" is not \"blake2b:\" and 64 hexadecimal digits in small letters."
            fields.report("114", word.position, key, text)
        }
        return word
    }

    /// `minisign:` and 16 hexadecimal digits.
    private func readKeyID(_ fields: Fields, _ key: String) -> Word {
        var word = fields.word(key)
        guard !word.text.isEmpty else { return word }
        let digits = word.text.hasPrefix("minisign:") ? word.text.dropFirst(9) : ""
        if digits.count != 16 || !digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) {
            let text = "\"\(word.text)\" is not \"minisign:\" and the 16 hexadecimal digits of a key."
            fields.report("112", word.position, key, text)
        }
        word.text = digits.uppercased()
        return word
    }

    private func readSubject(_ fields: Fields) -> SubjectEntry {
        let pseudonym = fields.word("pseudonym")
        let site = fields.word("body_site").text
        let scope = fields.words(fields.required("consent_scope"), "consent_scope")
        let known = ["record", "stimulate", "closed-loop"]
        for word in scope where !known.contains(word.text) {
            let hint = Spelling.hint(for: word.text, among: known)
            let text = "\"\(word.text)\" is not one of \(known.joined(separator: ", ")).\(hint)"
            fields.report("093", word.position, "consent_scope", text)
        }
        return SubjectEntry(
            pseudonym: pseudonym, bodySite: site, consentScope: scope,
            consentExpires: fields.instant("consent_expires"), retention: fields.word("retention").text)
    }

    private func readDevice(_ fields: Fields) -> DeviceEntry {
        let entry = DeviceEntry(
            model: fields.word("model"), serials: fields.words(fields.required("serials"), "serials"),
            firmware: fields.word("firmware"), ceilingAmplitude: fields.quantity("ceiling_amplitude", .current),
            ceilingCompliance: fields.quantity("ceiling_compliance", .voltage),
            storedProgram: readHash(fields, "stored_program"))
        if !entry.firmware.text.isEmpty && FirmwareRange(entry.firmware.text) == nil {
            let text = "\"\(entry.firmware.text)\" is not a list of bounds such as \">=3.2,<4\"."
            fields.report("113", entry.firmware.position, "firmware", text)
        }
        return entry
    }

    private func readElectrode(_ fields: Fields) -> ElectrodeEntry {
        let kinds: [(String, ElectrodeKind)] = [
            ("macro-ring", .macroRing), ("macro-segment", .macroSegment), ("strip", .strip), ("seeg", .seeg),
            ("micro", .micro), ("scalp", .scalp), ("return-case", .returnCase),
        ]
        return ElectrodeEntry(
            id: fields.word("id"), kind: fields.choice("kind", kinds) ?? .micro,
            material: fields.word("material").text,
            chargeInjection: fields.optionalQuantity("charge_injection_limit", .chargeDensity, in: 1...100_000),
            chargeInjectionCondition: fields.optionalWord("charge_injection_condition")?.text,
            impedance: fields.optionalBlock("impedance") { part in
                ImpedanceLimits(
                    min: part.quantity("min", .resistance), max: part.quantity("max", .resistance),
                    maximumAge: part.quantity("max_age", .time), maximumStep: part.quantity("max_step", .ratio))
            },
            chargeLimit: fields.optionalQuantity("charge_limit", .charge, in: 1...1_000_000_000_000),
            microEvidence: fields.optionalBlock("micro_evidence") { part in
                MicroEvidence(
                    protocolName: part.word("protocol").text,
                    tipArea: part.quantity("tip_area", .area, in: 1...1_000_000_000_000),
                    material: part.word("material").text)
            },
            waterWindow: fields.optionalBlock("water_window") { part in
                WaterWindow(
                    cathodic: part.quantity("cathodic", .voltage, in: 0...10_000),
                    anodic: part.quantity("anodic", .voltage, in: 0...10_000))
            })
    }

    private func readContact(_ fields: Fields) -> ContactEntry {
        ContactEntry(
            id: fields.word("id"), electrode: fields.word("electrode"),
            area: fields.quantity("area", .area, in: 1...1_000_000_000_000),
            areaMethod: fields.word("area_method").text, stimulate: fields.flag("stimulate"),
            sense: fields.flag("sense"))
    }

    private func readPair(_ fields: Fields) -> PairEntry {
        PairEntry(
            id: fields.word("id"), lead: fields.word("lead").text,
            cathode: fields.words(fields.required("cathode"), "cathode"),
            anode: fields.words(fields.required("anode"), "anode"))
    }
}
