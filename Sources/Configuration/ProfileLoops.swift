import Interlocks
import Signal

/// What one loop says, at the top of a profile or in an entry of `loops`.
extension ProfileReader {
    /// The keys that a loop has, and that stand in each entry of `loops` or at the top, never both.
    private static let ofLoops = ["channels", "rereference", "filters", "decoder", "stimulation", "controller"]

    /// The loop whose keys are those of ``root``.
    func readLoop(_ limits: Word?, lead: Word? = nil) -> LoopSpec {
        let channels = root.optional("channels").map { root.words($0, "channels").map(\.text) }
        let rereference = readRereference()
        let filters = readFilters()
        let decoder = root.block("decoder") { readDecoder($0) }
        let stimulation = root.optionalBlock("stimulation") { readStimulation($0) }
        let controller = root.block("controller") { readController($0, stimulation?.amplitudeMaximum) } ?? .none
        checkStimulation(controller, stimulation, limits, isOfLead: lead != nil)
        return LoopSpec(
            lead: lead, channels: channels, rereference: rereference, filters: filters,
            decoder: decoder
                ?? DecoderSpec(kind: .threshold, network: nil, backend: .float, encoder: nil, channel: nil),
            stimulation: stimulation, controller: controller, places: places)
    }

    /// The entries of `loops`; empty where the profile has one loop, whose keys stand at the top.
    func readLoops(_ limits: Word?) -> [LoopSpec] {
        guard let node = root.optional("loops") else { return [] }
        for entry in root.mapping.entries where Self.ofLoops.contains(entry.key) {
            _ = root.optional(entry.key)
            let text = "stands beside \"loops\": each loop says its own. Move it into the entries of \"loops\"."
            root.report("206", entry.keyPosition, entry.key, text)
        }
        let items = root.items(node, "loops")
        if items.isEmpty || items.count > CompiledCeilings.leads {
            let text = "\(items.count) loops are listed; from 1 to \(CompiledCeilings.leads) can run."
            root.report("207", node.position, "loops", text)
        }
        let loops = items.enumerated().compactMap { index, item -> LoopSpec? in
            guard let fields = root.mapping(item, "loops[\(index)]") else { return nil }
            defer { fields.finish() }
            return ProfileReader(root: fields).readLoop(limits, lead: fields.word("lead"))
        }
        checkLeads(loops)
        return loops
    }

    /// A lead has one loop: two would take turns at its contacts.
    private func checkLeads(_ loops: [LoopSpec]) {
        for (index, loop) in loops.enumerated() {
            guard let lead = loop.lead, !lead.text.isEmpty,
                let first = loops[..<index].compactMap(\.lead).first(where: { $0.text == lead.text })
            else { continue }
            let text =
                "lead \"\(lead.text)\" has a loop already, at \(first.position.line):\(first.position.column)."
            root.report("208", lead.position, "loops[\(index)].lead", text)
        }
    }

    private func readRereference() -> Rereference {
        guard let node = root.optional("rereference") else { return .none }
        if case .mapping = node {
            return root.optionalBlock("rereference") { fields in
                .bipolar(
                    fields.items(fields.required("bipolar"), "bipolar").compactMap { item in
                        let pair = fields.words(item, "bipolar")
                        if pair.count == 2 { return BipolarPair(plus: pair[0].text, minus: pair[1].text) }
                        fields.report("092", item.position, "bipolar", "a pair [plus, minus] of labels is expected.")
                        return nil
                    })
            } ?? .none
        }
        return root.choice("rereference", [("none", .none), ("common-average", .commonAverage)]) ?? .none
    }

    private func checkStimulation(
        _ controller: ControllerSpec, _ stimulation: StimulationSpec?, _ limits: Word?, isOfLead: Bool
    ) {
        let place = places["controller.kind"] ?? root.mapping.position
        if controller.stimulates && limits == nil {
            root.report("091", place, "controller", "a controller that stimulates needs the key \"limits\".")
        }
        if controller.stimulates && stimulation == nil {
            root.report("091", place, "controller", "a controller that stimulates needs a block \"stimulation\".")
        }
        if isOfLead, !controller.stimulates {
            let text = "a loop of \"loops\" stimulates its lead; a lead without a loop is never stimulated."
            return root.report("209", place, "controller", text)
        }
        if !controller.stimulates, stimulation != nil || limits != nil {
            root.report("204", place, "controller", "kind none takes neither \"limits\" nor \"stimulation\".")
        }
    }
}
