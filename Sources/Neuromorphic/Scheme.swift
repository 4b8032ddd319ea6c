/// How the continuous equations of NIR become steps: three independent choices, all named.
public struct Scheme: Hashable, Sendable, CustomStringConvertible {
    /// `euler`: x += k (x∞ − x), k = dt/τ.
    ///
    /// `exact`: x = x∞ + (x − x∞) e⁻ᵏ.
    public enum Integration: String, Sendable { case euler, exact }
    /// Whether the membrane of a Cuba node sees the new current or that of the step before.
    public enum Order: String, Sendable {
        case currentFirst = "current-first"
        case voltageFirst = "voltage-first"
    }
    /// `zero`: to the node's `v_reset`.
    ///
    /// `subtract`: v − threshold.
    public enum Reset: String, Sendable { case zero, subtract }

    public var integration: Integration
    public var order: Order
    public var reset: Reset

    /// euler / current-first / zero unless said otherwise.
    public init(integration: Integration = .euler, order: Order = .currentFirst, reset: Reset = .zero) {
        self.integration = integration
        self.order = order
        self.reset = reset
    }

    /// `euler/current-first/zero`.
    public var description: String { "\(integration.rawValue)/\(order.rawValue)/\(reset.rawValue)" }
}
