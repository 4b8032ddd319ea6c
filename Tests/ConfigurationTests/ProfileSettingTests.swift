import Configuration
import Testing

@Suite struct ProfileSettingTests {
    static let text = """
        schema: ansa.profile/1
        filters:
          - notch: {at: 50 Hz, quality: 30}   # the mains
          - bandpass: {from: 13 Hz, to: 30 Hz, order: 4}
        decoder:
          encoder: {kind: delta, threshold: 1 uV}
        controller: {kind: on-off, threshold: 3 uV}
        reason: "in quotes"

        """

    private func set(_ path: String, _ value: String) throws -> String {
        String(
            decoding: try settingValue(path, to: value, in: Array(Self.text.utf8), file: "profile.yaml"), as: UTF8.self)
    }

    @Test(
        "One value changes, everything else stands as it stood",
        arguments: [
            ("decoder.encoder.threshold", "threshold: 1 uV}", "threshold: 5 uV}"),
            ("decoder.threshold", "threshold: 1 uV}", "threshold: 5 uV}"),
            ("controller.threshold", "threshold: 3 uV}", "threshold: 5 uV}"),
            ("filters.0.notch.at", "at: 50 Hz,", "at: 5 uV,"), ("notch.at", "at: 50 Hz,", "at: 5 uV,"),
            ("filters.1.bandpass.order", "order: 4}", "order: 5 uV}"),
        ])
    func changes(path: String, before: String, after: String) throws {
        let changed = try set(path, "5 uV")
        #expect(changed == Self.text.replacing(before, with: after))
    }

    @Test(
        "What names no value, or several, is refused with what there is",
        arguments: [
            ("threshold", "2 values"), ("decoder.treshold", "no value"), ("threshold.decoder", "no value"),
            ("decoder", "no value"), ("", "no value"),
        ])
    func refuses(path: String, text: String) {
        #expect {
            _ = try set(path, "1")
        } throws: { "\($0)".contains(text) && "\($0)".contains("decoder.encoder.threshold") }
    }

    @Test("A value in quotes is refused with its place")
    func quoted() {
        #expect {
            _ = try set("reason", "x")
        } throws: { "\($0)".hasPrefix("profile.yaml:8:9: ") }
    }
}
