/// How the continuous equations of NIR become steps: three independent choices, all named.
public struct Scheme: Hashable, Sendable, CustomStringConvertible {
    /// `euler`: x += k (x∞ − x), k = dt/τ (Norse, snnTorch, Spyx, SpiNNaker2, Lava).
    ///
    /// `exact`: x = x∞ + (x − x∞) e⁻ᵏ (Nengo). `decay`: x = x e⁻ᵏ + k·input, the leak exact (Sinabs, Rockpool).
    public enum Integration: String, CaseIterable, Sendable { case euler, exact, decay }
    /// Whether the membrane of a Cuba node sees the new current or that of the step before.
    public enum Order: String, CaseIterable, Sendable {
        case currentFirst = "current-first"
        case voltageFirst = "voltage-first"
    }
    /// `zero`: to the node's `v_reset`.
    ///
    /// `subtract`: v − threshold. The late ones take effect one step after the spike, once that step is integrated.
    public enum Reset: String, CaseIterable, Sendable {
        case zero, subtract
        case zeroLate = "zero-late"
        case subtractLate = "subtract-late"
    }

    public var integration: Integration
    public var order: Order
    public var reset: Reset

    /// euler / current-first / zero unless said otherwise.
    public init(integration: Integration = .euler, order: Order = .currentFirst, reset: Reset = .zero) {
        self.integration = integration
        self.order = order
        self.reset = reset
    }

    /// The scheme that `text` names: `exact/voltage-first/zero`, any of the three words, in any order, once each.
    ///
    /// What is left out is as in ``init(integration:order:reset:)``; nil where a word is unknown or its kind is given
    /// twice. `stateless` alone is the default, for graphs without state.
    public init?(_ text: String) {
        self.init()
        guard text != "stateless" else { return }
        var seen: Set<Int> = []
        for word in text.split(separator: "/", omittingEmptySubsequences: false).map(String.init) {
            if let integration = Integration(rawValue: word), seen.insert(0).inserted {
                self.integration = integration
            } else if let order = Order(rawValue: word), seen.insert(1).inserted {
                self.order = order
            } else if let reset = Reset(rawValue: word), seen.insert(2).inserted {
                self.reset = reset
            } else {
                return nil
            }
        }
    }

    /// `euler/current-first/zero`.
    public var description: String { "\(integration.rawValue)/\(order.rawValue)/\(reset.rawValue)" }
}
