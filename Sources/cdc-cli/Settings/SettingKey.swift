/// Every setting once: its name in cdc.toml, in the environment and on the command line.
enum SettingKey: String, CaseIterable, Sendable {
  case mode, source, destination, lake, pipeline, tables, write, contract, merge, readers
  case packageRows = "package_rows"
  case packageMegabytes = "package_megabytes"
  case packageSeconds = "package_seconds"
  case maskSalt = "mask_salt"
  case messages
  case ignoreOrigins = "ignore_origins"
  case ignoreDeletes = "ignore_deletes"
  case removedTables = "removed_tables"

  // The table [databricks].
  case host = "databricks.host"
  case warehouseID = "databricks.warehouse_id"
  case httpPath = "databricks.http_path"
  case catalog = "databricks.catalog"
  case schema = "databricks.schema"
  case stagingSchema = "databricks.staging_schema"
  case stagingVolume = "databricks.staging_volume"
  case profile = "databricks.profile"
  case clientID = "databricks.client_id"
  case clientSecret = "databricks.client_secret"
  case token = "databricks.token"

  enum Kind: String {
    case text = "a string"
    case integer = "an integer"
    case texts = "a string or a list of strings"
  }

  var kind: Kind {
    switch self {
    case .tables, .messages, .ignoreOrigins: .texts
    case .readers, .packageRows, .packageMegabytes, .packageSeconds: .integer
    default: .text
    }
  }

  /// What no output may show. They have no flags either: command lines are seen by all users of a machine.
  var isSecret: Bool { self == .clientSecret || self == .token || self == .maskSalt }

  /// The name without its table.
  var bareName: String { rawValue.split(separator: ".").last.map(String.init) ?? rawValue }

  var isOfDatabricks: Bool { rawValue.hasPrefix("databricks.") }

  /// `--dataset`, as dlt's users and TARGET_DATASET call a schema.
  var flag: String {
    "--" + (self == .schema ? "dataset" : bareName.map { $0 == "_" ? "-" : String($0) }.joined())
  }

  /// In the order in which they are asked. An absent CDC_SOURCE leaves libpq to its own PG* variables.
  var environmentNames: [String] {
    let own = "CDC_" + bareName.uppercased()
    let dlt = "DESTINATION__DATABRICKS__CREDENTIALS__"
    return switch self {
    case .mode: ["PIPELINE_MODE", own]
    case .host: ["DATABRICKS_HOST", "DATABRICKS_SERVER_HOSTNAME", dlt + "SERVER_HOSTNAME"]
    case .warehouseID: ["DATABRICKS_WAREHOUSE_ID"]
    case .httpPath: ["DATABRICKS_HTTP_PATH", dlt + "HTTP_PATH"]
    case .catalog: ["TARGET_CATALOG", dlt + "CATALOG"]
    case .schema: ["TARGET_DATASET"]
    case .profile: ["DATABRICKS_CONFIG_PROFILE"]
    case .clientID: ["DATABRICKS_CLIENT_ID", dlt + "CLIENT_ID"]
    case .clientSecret: ["DATABRICKS_CLIENT_SECRET", dlt + "CLIENT_SECRET"]
    case .token: ["DATABRICKS_TOKEN", dlt + "ACCESS_TOKEN"]
    default: [own]
    }
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
  /// Of `[contract]`.
  var contract = ContractSettings()

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
