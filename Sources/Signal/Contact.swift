/// What an electrode is; it decides which charge rules apply.
public enum ElectrodeKind: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case macroRing = 0, macroSegment, strip, seeg, micro, scalp, returnCase

    /// Shannon's line was drawn for macroelectrodes; on a microelectrode it permits harm.
    public var isMacro: Bool {
        switch self {
        case .macroRing, .macroSegment, .strip, .seeg: true
        case .micro, .scalp, .returnCase: false
        }
    }
}

/// A contact as the gate sees it.
public struct Contact: Hashable, Sendable {
    public var kind: ElectrodeKind
    public var area: SquareMicrometres
    public var mayStimulate: Bool
    /// Material limit in fC/µm² per phase (1 µC/cm² = 10 fC/µm²); nil where the file gives none (a return case).
    public var chargeInjectionDensity: Int64?
    /// Per phase, of a microelectrode only; the default of 2 nC is McCreery 2010's level without loss.
    public var microChargePerPhase: Femtocoulombs
    /// The file has protocol, tip area and material for 4 nC and more.
    public var hasMicroEvidence = false
    /// nil: exempt, as only a return case is.
    public var impedance: ImpedanceBounds?
    /// mV against Ag/AgCl; nil: none is known for the material.
    public var waterWindow: ClosedRange<Int64>?

    /// A contact.
    public init(
        kind: ElectrodeKind, area: SquareMicrometres, mayStimulate: Bool, chargeInjectionDensity: Int64? = nil,
        microChargePerPhase: Femtocoulombs = Femtocoulombs(2_000_000), impedance: ImpedanceBounds? = nil
    ) {
        (self.kind, self.area, self.mayStimulate) = (kind, area, mayStimulate)
        (self.chargeInjectionDensity, self.microChargePerPhase) = (chargeInjectionDensity, microChargePerPhase)
        self.impedance = impedance
    }
}

/// What a contact's impedance may be (mΩ), how old its measurement, and how far from the one before (ppm).
public struct ImpedanceBounds: Hashable, Sendable {
    public var range: ClosedRange<Int64>
    public var maximumAge: Microseconds
    public var maximumStep: PartsPerMillion

    /// Bounds in mΩ.
    public init(range: ClosedRange<Int64>, maximumAge: Microseconds, maximumStep: PartsPerMillion) {
        (self.range, self.maximumAge, self.maximumStep) = (range, maximumAge, maximumStep)
    }
}

/// An allowed pair: current flows from its anodes to its cathodes, shared equally within each side.
public struct ContactPair: Hashable, Sendable {
    /// Indices into ``Limits/contacts``.
    public var cathodes: [Int], anodes: [Int]
    /// Number of the lead; each lead has its own ramp, phase and trains.
    public var lead: Int

    /// A pair of contact sets.
    public init(cathodes: [Int], anodes: [Int], lead: Int = 0) {
        (self.cathodes, self.anodes, self.lead) = (cathodes, anodes, lead)
    }
}
