/// One `path=value,value…` of `--set`.
struct ProfileSetting: Hashable {
    var path: String
    /// At least one.
    var values: [String]

    /// The settings in `text`, which blanks part.
    ///
    /// - Throws: what is no setting.
    static func all(_ text: String?) throws(Failure) -> [ProfileSetting] {
        var settings: [ProfileSetting] = []
        for word in (text ?? "").split(separator: " ") {
            let parts = word.split(separator: "=", maxSplits: 1)
            let values = parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : []
            guard parts.count == 2, !values.isEmpty else {
                throw Failure(
                    ExitCode.usage,
                    "--set \(word): expected KEY=VALUE or KEY=VALUE,VALUE…, as in decoder.threshold=4uV,5uV")
            }
            settings.append(ProfileSetting(path: String(parts[0]), values: values))
        }
        return settings
    }

    /// Every combination of the values, the last setting changing fastest.
    static func combinations(_ settings: [ProfileSetting]) -> [[ProfileSetting]] {
        settings.reduce([[]]) { made, setting in
            made.flatMap { before in
                setting.values.map { before + [ProfileSetting(path: setting.path, values: [$0])] }
            }
        }
    }

    /// `path=value`.
    var text: String { "\(path)=\(values.joined(separator: ","))" }
}
