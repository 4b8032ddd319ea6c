import Configuration

/// What a limits file allows, as JSON: whole numbers in the units that their names end in, limits rounded down and
/// demands rounded up.
struct ExplanationReport: Encodable {
    let file: String
    /// The tightening that is already taken into every number; nil: none stands beside the file.
    let overlay: String?
    let revision: Int64
    let purpose: String
    let armable: Bool?
    let allowsClosedLoop: Bool
    let armingProblems: [ProblemReport]
    let softLimits: [SoftLimitReport]
    let region: RegionReport
    let sources: [SourceReport]
    let doseWindows: [WorstCaseReport]
    let impedanceMaxMohm: Int64?
    let complianceBoundUv: Int64
    let shortestPeriodNs: Int64
    let unblankedNs: Int64

    init(
        _ limits: LimitsFile, overlay: String?, region: PermittedRegion, arming: LimitsArming,
        acknowledged: Set<String>
    ) {
        self.overlay = overlay
        let explanation = limits.explanation
        file = limits.file
        revision = limits.revision.value
        purpose = limits.purpose.rawValue
        armable = arming.isArmable
        allowsClosedLoop = arming.allowsClosedLoop
        armingProblems = arming.problems.map(ProblemReport.init)
        softLimits = SoftLimit.all.map {
            SoftLimitReport(code: $0.code, key: $0.key, acknowledged: acknowledged.contains($0.code))
        }
        self.region = RegionReport(region)
        sources = explanation.sources.map(SourceReport.init)
        doseWindows = explanation.worstCases.map(WorstCaseReport.init)
        impedanceMaxMohm = explanation.impedance
        complianceBoundUv = explanation.complianceBound.divided(by: 1_000_000).roundedDown
        shortestPeriodNs = explanation.shortestPeriod.times(1_000).roundedDown
        unblankedNs = explanation.unblanked.times(1_000).roundedDown
    }

    struct SoftLimitReport: Encodable {
        let code: String
        let key: String
        let acknowledged: Bool
    }

    struct RegionReport: Encodable {
        let pair: String
        let amplitudeMinNa: Int64
        let amplitudeMaxNa: Int64
        let widthMinUs: Int64
        let widthMaxUs: Int64
        let chargeMaxFc: Int64
        let curves: [CurveReport]

        init(_ region: PermittedRegion) {
            pair = region.pair
            (amplitudeMinNa, amplitudeMaxNa) = (region.amplitude.lowerBound, region.amplitude.upperBound)
            (widthMinUs, widthMaxUs) = (region.width.lowerBound, region.width.upperBound)
            chargeMaxFc = region.charge
            curves = region.curves.map(CurveReport.init)
        }
    }

    struct CurveReport: Encodable {
        let letter: String
        let name: String
        let weight: String
        let amplitudeNa: Int64?
        let widthUs: Int64?
        let chargeFc: Int64?

        init(_ curve: LimitCurve) {
            letter = String(curve.letter)
            name = curve.name
            weight = curve.weight.rawValue
            switch curve.shape {
            case .amplitude(let value): (amplitudeNa, widthUs, chargeFc) = (value, nil, nil)
            case .width(let value): (amplitudeNa, widthUs, chargeFc) = (nil, value, nil)
            case .charge(let value): (amplitudeNa, widthUs, chargeFc) = (nil, nil, value)
            case .point(let amplitude, let width): (amplitudeNa, widthUs, chargeFc) = (amplitude, width, nil)
            }
        }
    }

    struct SourceReport: Encodable {
        let name: String
        let pair: String
        let amplitudeNa: Int64
        let widthUs: Int64
        let frequencyMhz: Int64
        let chargeFc: Int64
        let rateFcPerS: Int64
        let contacts: [ContactReport]
        let windows: [WindowReport]
        let netCurrentPa: Int64
        let netBindsAtPpm: Int64
        let voltageUv: Int64?

        init(_ source: SourceExplanation) {
            (name, pair) = (source.name, source.pair)
            (amplitudeNa, widthUs, frequencyMhz) = (source.amplitude, source.width, source.frequency)
            chargeFc = source.charge
            rateFcPerS = source.rate.roundedUp
            contacts = source.contacts.map(ContactReport.init)
            windows = source.windows.map(WindowReport.init)
            netCurrentPa = source.netCurrent.times(1_000).roundedUp
            netBindsAtPpm = source.netBindsAt.roundedDown
            voltageUv = source.voltage?.divided(by: 1_000_000).roundedUp
        }
    }

    struct ContactReport: Encodable {
        let contact: String
        let side: String
        let areaUm2: Int64
        /// It carries one part in so many.
        let shareOf: Int64
        let currentNa: Int64
        let chargeFc: Int64
        let densityPcPerCm2: Int64
        /// Two digits behind the point; nil where the rule does not apply.
        let shannonK: String?
        let broken: [String]

        init(_ load: ContactLoad) {
            contact = load.contact
            side = load.isCathode ? "cathode" : "anode"
            areaUm2 = load.area
            shareOf = load.shares
            currentNa = load.current.roundedUp
            chargeFc = load.charge.roundedUp
            // 1 fC/µm² is 100,000 pC/cm².
            densityPcPerCm2 = load.density.times(100_000).roundedUp
            shannonK = load.shannonK.map(twoDigits)
            broken = load.broken
        }
    }

    struct WindowReport: Encodable {
        let lengthUs: Int64
        let limitFc: Int64
        let demandFc: Int64
        /// nil: the window is too short for that.
        let fullAfterUs: Int64?
        /// At most, as the gate counts it.
        let countedFc: Int64
        let heldForEver: Bool

        init(_ load: WindowLoad) {
            (lengthUs, limitFc, demandFc) = (load.length, load.limit, load.demand.roundedUp)
            fullAfterUs = load.timeUntilFull
            (countedFc, heldForEver) = (load.counted.roundedUp, load.isHeld)
        }
    }

    struct WorstCaseReport: Encodable {
        let lengthUs: Int64
        let limitFc: Int64
        let reachableFc: Int64
        let bound: String

        init(_ worst: WindowWorstCase) {
            (lengthUs, limitFc, reachableFc) = (worst.length, worst.limit, worst.reachable.roundedUp)
            bound =
                switch worst.bound {
                case .own: "this window"
                case .strongestPulses: "strongest pulses"
                case .shorterWindow(let length): "window of \(LimitsText.time(length))"
                }
        }
    }
}

/// `0.99`; rounded, for reading only.
func twoDigits(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let sign = hundredths < 0 ? "-" : ""
    let digits = String(abs(hundredths))
    let padded = String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    return "\(sign)\(padded.dropLast(2)).\(padded.suffix(2))"
}
