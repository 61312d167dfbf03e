/// Every setting once: its name in cdc.toml, in the environment and on the command line.
enum SettingKey: String, CaseIterable, Sendable {
  case mode, source, lake, pipeline, tables, write, merge, readers
  case packageRows = "package_rows"
  case packageMegabytes = "package_megabytes"
  case packageSeconds = "package_seconds"

  enum Kind: String {
    case text = "a string"
    case integer = "an integer"
    case texts = "a string or a list of strings"
  }

  var kind: Kind {
    switch self {
    case .mode, .source, .lake, .pipeline, .write, .merge: .text
    case .tables: .texts
    case .readers, .packageRows, .packageMegabytes, .packageSeconds: .integer
    }
  }

  /// In the order in which they are asked. An absent CDC_SOURCE leaves libpq to its own PG* variables.
  var environmentNames: [String] {
    let own = "CDC_" + rawValue.uppercased()
    return self == .mode ? ["PIPELINE_MODE", own] : [own]
  }
}

/// One value as it was written, and where: for error messages.
struct Setting: Sendable, Hashable {
  var texts: [String]
  /// `--write`, `the environment variable CDC_WRITE`, `cdc.toml, line 3`.
  var origin: String

  var text: String { texts.joined(separator: ",") }
}

/// What one place says about the settings.
struct SettingsLayer: Sendable {
  var values: [SettingKey: Setting] = [:]
  var tables: [TableSettings] = []

  init() {}

  /// The layer of the environment.
  init(_ environment: Environment) {
    for key in SettingKey.allCases {
      for name in key.environmentNames {
        guard let value = environment[name] else { continue }
        let texts = key.kind == .texts ? splitList(value) : [value]
        values[key] = Setting(texts: texts, origin: "the environment variable \(name)")
        break
      }
    }
  }
}

/// `public.a, public.b` as two.
func splitList(_ text: String) -> [String] {
  text.split(whereSeparator: { $0 == "," || $0.isWhitespace }).map(String.init)
}
