extension Fields {
    /// So wide that it bounds nothing real, so narrow that sums of two cannot overflow.
    static let anyValue: ClosedRange<Int64> = 0...1_000_000_000_000_000_000

    /// The quantity at `key`, which must stand.
    func quantity(_ key: String, _ dimension: Dimension, in range: ClosedRange<Int64> = Fields.anyValue) -> Measured {
        scalar(required(key), key).map { measure($0, key, dimension, range) } ?? .missing
    }

    /// The quantity at `key` if it stands.
    func optionalQuantity(
        _ key: String, _ dimension: Dimension, in range: ClosedRange<Int64> = Fields.anyValue
    ) -> Measured? {
        scalar(optional(key), key).map { measure($0, key, dimension, range) }
    }

    func measure(_ scalar: Scalar, _ key: String, _ dimension: Dimension, _ range: ClosedRange<Int64>) -> Measured {
        do {
            let value = try Quantity.parse(scalar.text, as: dimension)
            return checked(scalar, key, value, range)
        } catch {
            explain(error, scalar, key, example: dimension)
            return .missing
        }
    }

    /// A number without a unit times `factor`; with `factor` 1 a whole number.
    func number(
        _ key: String, factor: Int64 = 1, in range: ClosedRange<Int64> = Fields.anyValue
    ) -> Measured {
        scalar(required(key), key).map { measureNumber($0, key, factor, range) } ?? .missing
    }

    func optionalNumber(
        _ key: String, factor: Int64 = 1, in range: ClosedRange<Int64> = Fields.anyValue
    ) -> Measured? {
        scalar(optional(key), key).map { measureNumber($0, key, factor, range) }
    }

    private func measureNumber(
        _ scalar: Scalar, _ key: String, _ factor: Int64, _ range: ClosedRange<Int64>
    ) -> Measured {
        do {
            let value = try Quantity.parseNumber(scalar.text, factor: factor)
            return checked(scalar, key, value, range)
        } catch {
            explain(error, scalar, key, example: nil)
            return .missing
        }
    }

    private func checked(_ scalar: Scalar, _ key: String, _ value: Int64, _ range: ClosedRange<Int64>) -> Measured {
        if !range.contains(value) {
            report("107", scalar.position, key, "\"\(scalar.text)\" is outside what is allowed here.")
        }
        return Measured(value: value, text: scalar.text, position: scalar.position)
    }

    private func explain(_ error: QuantityError, _ scalar: Scalar, _ key: String, example dimension: Dimension?) {
        let found = "\"\(scalar.text)\""
        let names = dimension?.units.map(\.name) ?? []
        let effect = findings.letter == "L" ? " Not loaded; stimulation stays off." : ""
        func say(_ code: String, _ text: String) { report(code, scalar.position, key, text) }
        switch error {
        case .noUnit:
            let micro = names.first { $0.hasPrefix("u") }.map { " (or µ\($0.dropFirst()))" } ?? ""
            let other = names.dropFirst().first.map { " (or \($0))" } ?? ""
            let unit = names.first ?? ""
            say(
                "103",
                "\(found) has no unit. Write \"\(scalar.text) \(unit)\"\(micro.isEmpty ? other : micro).\(effect)")
        case .decimalComma:
            let mended = String(scalar.text.map { $0 == "," ? "." : $0 })
            say("120", "\(found). Use a decimal point: \"\(mended)\".")
        case .unknownUnit(let unit):
            if names.isEmpty {
                say("104", "\(found): a plain number without a unit is expected.")
            } else {
                say("104", "\(found): \"\(unit)\" is not one of \(names.joined(separator: ", ")).\(effect)")
            }
        case .notANumber: say("105", "\(found) is not a number.\(effect)")
        case .negative: say("108", "\(found) must not be negative.\(effect)")
        case .exponent: say("109", "\(found): an exponent beyond e-3 to e3 is not allowed. Write the number out.")
        case .tooFine: say("106", "\(found) is finer than can be represented exactly. Use fewer decimals.")
        case .tooLarge: say("107", "\(found) is too large.\(effect)")
        }
    }

    /// A range `{min: …, max: …}` in order.
    func range(_ key: String, _ dimension: Dimension) -> MeasuredRange {
        block(key) { fields in
            let bounds: ClosedRange<Int64> = 0...1_000_000_000_000
            let range = MeasuredRange(
                min: fields.quantity("min", dimension, in: bounds), max: fields.quantity("max", dimension, in: bounds))
            if range.min.value > range.max.value {
                let text = "min \(range.min.text) is above max \(range.max.text)."
                fields.report("201", range.min.position, "min", text)
            }
            return range
        } ?? MeasuredRange(min: .missing, max: .missing)
    }

    /// A date-time `2026-11-20T09:30:00Z` or a date.
    func instant(_ key: String) -> Measured {
        let word = word(key)
        guard !word.text.isEmpty else { return .missing }
        guard let seconds = FileDate.seconds(word.text) else {
            let text = "\"\(word.text)\" is not a date such as \"2026-11-20T09:30:00Z\" or \"2026-11-20\"."
            report("110", word.position, key, text)
            return .missing
        }
        return Measured(value: seconds, text: word.text, position: word.position)
    }

    /// The first line of every file: `schema: ansa.limits/1`.
    func schema(_ name: String) {
        let word = word("schema")
        if !word.text.isEmpty && word.text != name {
            report("094", word.position, "schema", "\"\(word.text)\" is not \"\(name)\".")
        }
    }
}

/// `{min: …, max: …}`.
public struct MeasuredRange: Hashable, Sendable {
    public var min: Measured
    public var max: Measured

    /// A range.
    public init(min: Measured, max: Measured) {
        self.min = min
        self.max = max
    }
}
