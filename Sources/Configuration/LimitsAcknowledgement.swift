public import Signal

/// A clinician's record that a soft limit may be exceeded, for one exact limits file.
///
/// It stands as one line of JSON in a file beside the limits, `X.limits.yaml.acknowledgements`, to which lines are
/// only ever added:
///
///     {"schema": "ansa.acknowledgement/1", "does": "acknowledge", "code": "S021", "reason": "…", "by": "…",
///      "at": "2026-11-25T08:00:00Z", "limits": "blake2b:…"}
///
/// `limits` is the hash of the limits file's bytes: an edit of the file ends every acknowledgement.
public struct Acknowledgement: Hashable, Sendable {
    /// `S020` to `S024`; ``SoftLimit/all`` says what each means.
    public var code: String
    /// True where the line withdraws what an earlier one acknowledged.
    public var withdraws: Bool
    public var reason: String
    /// Who.
    public var by: String
    /// Seconds since 1970.
    public var at: Int64
    /// `blake2b:` and 64 hexadecimal digits of the limits file.
    public var limits: String

    /// An acknowledgement; every part is said.
    public init(code: String, withdraws: Bool = false, reason: String, by: String, at: Int64, limits: String) {
        self.code = code
        self.withdraws = withdraws
        self.reason = reason
        self.by = by
        self.at = at
        self.limits = limits
    }

    static let schema = "ansa.acknowledgement/1"
    /// 2020-01-01T00:00:00Z: a clock that is set before is wrong.
    static let earliest: Int64 = 1_577_836_800

    /// The line as it is appended, with its line end.
    public var line: String {
        let parts = [
            ("schema", Self.schema), ("does", withdraws ? "withdraw" : "acknowledge"), ("code", code),
            ("reason", reason), ("by", by), ("at", LimitsText.instant(at)), ("limits", limits),
        ]
        return "{" + parts.map { "\"\($0.0)\": \(jsonText($0.1))" }.joined(separator: ", ") + "}\n"
    }
}

/// A soft limit that can be acknowledged.
public struct SoftLimit: Hashable, Sendable {
    /// `S021`.
    public var code: String
    /// The key of the limits file.
    public var key: String
    /// What the gate is told; nothing for a charge of microelectrodes, whose hard limit holds in any case.
    public var set: SoftLimitSet

    /// All of them, in the order of the file.
    public static let all = [
        SoftLimit(code: "S020", key: "limits.soft.amplitude.max", set: .amplitude),
        SoftLimit(code: "S021", key: "limits.soft.charge_density", set: .chargeDensity),
        SoftLimit(code: "S022", key: "limits.soft.shannon_k", set: .shannon),
        SoftLimit(code: "S023", key: "limits.soft.residual_voltage", set: .residualVoltage),
        SoftLimit(code: "S024", key: "electrodes.charge_limit", set: []),
    ]
}

/// The soft limits that the lines in `bytes` acknowledge for the limits file with the hash `limitsHash`.
///
/// Lines for another file are passed over. A line that is damaged, cut or of another form ends all acknowledgements:
/// what cannot be read cannot have allowed anything.
///
/// - Parameters:
///   - bytes: of the file beside the limits; empty where there is none.
///   - limitsHash: the 32 bytes of BLAKE2b-256 of the limits file.
/// - Returns: none where there is any doubt.
public func loadAcknowledgements(_ bytes: [UInt8], limitsHash: [UInt8]) -> SoftLimitSet {
    guard limitsHash.count == 32, let lines = try? readAcknowledgements(bytes, file: "") else { return [] }
    let hash = "blake2b:" + limitsHash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    var acknowledged: SoftLimitSet = []
    for line in lines where line.limits == hash {
        guard let limit = SoftLimit.all.first(where: { $0.code == line.code }) else { return [] }
        if line.withdraws { acknowledged.remove(limit.set) } else { acknowledged.insert(limit.set) }
    }
    return acknowledged
}

/// As ``loadAcknowledgements(_:limitsHash:)``, with the bytes of the limits file instead of their hash.
public func loadAcknowledgements(_ bytes: [UInt8], limits: [UInt8]) -> SoftLimitSet {
    loadAcknowledgements(bytes, limitsHash: Sodium.blake2b(limits, length: 32))
}

/// Where the acknowledgements for the limits file at `limits` stand: `X.limits.yaml.acknowledgements`.
public func acknowledgementsPath(of limits: String) -> String { "\(limits).acknowledgements" }

/// Every line of a file of acknowledgements, for whichever limits file, in its order.
///
/// - Throws: what is wrong with the first line that cannot be read.
public func readAcknowledgements(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> [Acknowledgement] {
    func refuse(_ line: Int, _ text: String) -> ConfigurationError {
        ConfigurationError([
            Problem(code: "ANSA-A001", file: file, position: Position(line: line, column: 1), text: text)
        ])
    }
    guard bytes.count <= 1 << 20 else { throw refuse(1, "\(bytes.count) bytes; at most \(1 << 20) are read.") }
    guard bytes.isEmpty || bytes.last == 10 else {
        throw refuse(bytes.count { $0 == 10 } + 1, "the last line is cut; nothing counts as acknowledged.")
    }
    var result: [Acknowledgement] = []
    for (index, line) in bytes.split(separator: 10, omittingEmptySubsequences: false).dropLast().enumerated() {
        guard let read = acknowledgement(Array(line)) else {
            throw refuse(index + 1, "is not an acknowledgement; nothing counts as acknowledged.")
        }
        result.append(read)
    }
    return result
}

/// One line; JSON of this form is YAML in flow style, so that the strict reader reads it.
private func acknowledgement(_ line: [UInt8]) -> Acknowledgement? {
    guard line.first == UInt8(ascii: "{"), line.last == UInt8(ascii: "}") else { return nil }
    let findings = Findings(file: "", letter: "A")
    guard let mapping = try? YAMLLoader.load(line, file: "", letter: "A") else { return nil }
    let fields = Fields(mapping, path: "", findings: findings)
    fields.schema(Acknowledgement.schema)
    let withdraws = fields.choice("does", [("acknowledge", false), ("withdraw", true)])
    let code = fields.choice("code", SoftLimit.all.map { ($0.code, $0.code) })
    let (reason, by, at) = (fields.word("reason").text, fields.word("by").text, fields.instant("at"))
    let limits = fields.word("limits").text
    fields.finish()
    guard !findings.hasErrors, let withdraws, let code, at.value >= Acknowledgement.earliest else { return nil }
    return Acknowledgement(
        code: code, withdraws: withdraws, reason: reason, by: by, at: at.value, limits: limits)
}

/// `text` as a JSON string.
func jsonText(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\t": result += "\\t"
        default:
            if scalar.value < 0x20 {
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
    }
    return result + "\""
}
