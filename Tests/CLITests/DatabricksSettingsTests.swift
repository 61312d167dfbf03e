import ArgumentParser
import Testing

@testable import cdc_cli

/// Where on Databricks, and who asks: each place that can say so, and which of two that do is heard.
struct DatabricksSettingsTests {
  /// One case of the table: what the places say, and what becomes of it.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var flags: [SettingKey: String] = [:]
    var environment: [String: String] = [:]
    var file = ""
    var dlt = ""
    var expected: [String: String?]

    var testDescription: String { name }
  }

  private static let dlt = """
    dataset_name = "from_dlt"
    [destination.databricks.credentials]
    server_hostname = "dlt.cloud.databricks.com"
    http_path = "/sql/1.0/warehouses/d17"
    catalog = "dlt_catalog"
    client_id = "dlt-client"
    client_secret = "dlt-hush"
    """
  private static let file = """
    [databricks]
    host = "https://file.cloud.databricks.com"
    warehouse_id = "f11e"
    catalog = "dev_shop"
    schema = "sales"
    token = "file-hush"
    """

  static let cases: [Case] = [
    Case(
      name: "dlt's own files are enough", dlt: dlt,
      expected: [
        "destination": "databricks", "host": "dlt.cloud.databricks.com", "warehouse": "d17",
        "catalog": "dlt_catalog", "schema": "from_dlt", "staging": "from_dlt_staging", "volume": "cdc",
        "DATABRICKS_CLIENT_ID": "dlt-client", "DATABRICKS_CLIENT_SECRET": "dlt-hush", "DATABRICKS_TOKEN": nil,
        "pipeline": "dlt_catalog__from_dlt",
      ]),
    Case(
      name: "cdc.toml wins over dlt's files, credentials as a whole", file: file, dlt: dlt,
      expected: [
        "host": "https://file.cloud.databricks.com", "warehouse": "f11e", "catalog": "dev_shop",
        "schema": "sales",
        "DATABRICKS_TOKEN": "file-hush", "DATABRICKS_CLIENT_ID": nil, "DATABRICKS_CLIENT_SECRET": nil,
      ]),
    Case(
      name: "the environment makes another environment of one file",
      environment: [
        "TARGET_CATALOG": "prod_shop", "TARGET_DATASET": "Sales_EU",
        "DATABRICKS_HTTP_PATH": "sql/1.0/warehouses/e4",
        "DATABRICKS_HOST": "env.azuredatabricks.net", "DATABRICKS_CLIENT_ID": "env-client",
        "DATABRICKS_CLIENT_SECRET": "env-hush", "CDC_STAGING_VOLUME": "landing",
      ], file: file, dlt: dlt,
      expected: [
        "host": "env.azuredatabricks.net", "warehouse": "e4", "catalog": "prod_shop", "schema": "sales_eu",
        "staging": "sales_eu_staging", "volume": "landing", "DATABRICKS_CLIENT_ID": "env-client",
        "DATABRICKS_TOKEN": nil, "pipeline": "prod_shop__sales_eu",
      ]),
    Case(
      name: "flags win over all",
      flags: [
        .catalog: "qa_shop", .schema: "s", .stagingSchema: "t", .host: "flag.example", .warehouseID: "f1a9",
        .pipeline: "named",
      ], environment: ["TARGET_CATALOG": "prod_shop", "DATABRICKS_HOST": "env.example"], file: file,
      expected: [
        "host": "flag.example", "warehouse": "f1a9", "catalog": "qa_shop", "schema": "s", "staging": "t",
        "pipeline": "named", "DATABRICKS_TOKEN": "file-hush",
      ]),
    Case(
      name: "a profile asked for by a flag is not mixed with the environment's host and secrets",
      flags: [.profile: "PROD", .catalog: "c", .schema: "s"],
      environment: ["DATABRICKS_HOST": "env.example", "DATABRICKS_TOKEN": "env-hush"],
      expected: ["host": nil, "DATABRICKS_CONFIG_PROFILE": "PROD", "DATABRICKS_TOKEN": nil]),
    Case(
      name: "dlt's variables count as dlt has them",
      environment: [
        "DESTINATION__DATABRICKS__CREDENTIALS__SERVER_HOSTNAME": "dlt.example",
        "DESTINATION__DATABRICKS__CREDENTIALS__ACCESS_TOKEN": "dlt-env-hush", "TARGET_DATASET": "s",
        "DESTINATION__DATABRICKS__CREDENTIALS__CATALOG": "c",
      ],
      expected: ["host": "dlt.example", "catalog": "c", "DATABRICKS_TOKEN": "dlt-env-hush"]),
    Case(
      name: "a host alone means Databricks", environment: ["DATABRICKS_HOST": "env.example"],
      expected: ["destination": "databricks", "pipeline": "cdc"]),
    Case(
      name: "a lake that is named is not overruled by a host", flags: [.lake: "./x"],
      environment: ["DATABRICKS_HOST": "env.example", "TARGET_CATALOG": "c"],
      expected: ["destination": "lake", "pipeline": "cdc"]),
    Case(
      name: "what is said is not inferred", flags: [.destination: "lake"], file: file,
      expected: ["destination": "lake", "pipeline": "cdc"]),
    Case(
      name: "nothing said is a lake", expected: ["destination": "lake", "pipeline": "cdc", "staging": nil]),
  ]

  @Test("which place is heard", arguments: cases)
  func precedence(_ the: Case) throws {
    let environment = Environment(variables: the.environment)
    var flags = SettingsLayer()
    for (key, text) in the.flags { flags.values[key] = Setting(texts: [text], origin: key.flag) }
    let settings = try Settings(
      [
        flags, SettingsLayer(environment), SettingsFile(the.file, name: "cdc.toml").layer(),
        DltFiles.layer(the.dlt, name: ".dlt/secrets.toml"),
      ], environment: environment)
    let place = settings.databricks
    for (what, value) in the.expected {
      let found =
        switch what {
        case "destination": settings.destination.rawValue as String?
        case "pipeline": settings.pipeline
        case "host": place.host
        case "warehouse": place.warehouseID
        case "catalog": place.catalog
        case "schema": place.schema
        case "staging": place.stagingSchema
        case "volume": place.stagingVolume
        default: place.variables[what]
        }
      #expect(found == value, "\(what)")
    }
  }

  @Test("flags reach their settings by the names that are documented")
  func flags() throws {
    let options = try SettingsOptions.parse([
      "--destination", "databricks", "--host", "h", "--warehouse-id", "w", "--catalog", "c", "--dataset", "d",
      "--staging-schema", "s", "--staging-volume", "v", "--profile", "p",
    ])
    let values = options.layer.values
    #expect(values[.schema]?.text == "d" && values[.schema]?.origin == "--dataset")
    #expect(values[.warehouseID]?.text == "w" && values[.warehouseID]?.origin == "--warehouse-id")
    #expect(values[.destination]?.text == "databricks" && values[.profile]?.text == "p")
    #expect(values[.stagingSchema]?.text == "s" && values[.stagingVolume]?.text == "v")
  }

  @Test(
    "what cannot be is answered by what to do",
    arguments: [
      ([SettingKey.httpPath: "sql/protocolv1/o/1/0123-4567-abc"], "SQL warehouse"),
      ([.httpPath: "/sql/1.0/warehouses/a", .warehouseID: "b"], "two warehouses"),
      ([.catalog: "a.b"], "Unity Catalog"),
      ([.schema: "with space"], "Unity Catalog"),
      ([.lake: "./lake", .catalog: "dev"], "--destination lake or --destination databricks"),
      ([.destination: "snowflake"], "lake, databricks"),
    ])
  func mistakes(values: [SettingKey: String], saying: String) throws {
    var layer = SettingsLayer()
    for (key, text) in values { layer.values[key] = Setting(texts: [text], origin: key.flag) }
    let error = try #require(throws: UsageError.self) { try Settings([layer]) }
    #expect(error.description.contains(saying), "\(error)")
  }

  @Test(
    "what is missing is asked for by name",
    arguments: [([:], ["--catalog", "TARGET_DATASET"]), ([SettingKey.catalog: "c"], ["--dataset"])])
  func missing(values: [SettingKey: String], words: [String]) throws {
    var layer = SettingsLayer()
    layer.values = values.mapValues { Setting(texts: [$0], origin: "x") }
    layer.values[.destination] = Setting(texts: ["databricks"], origin: "x")
    let settings = try Settings([layer])
    let error = try #require(throws: UsageError.self) { try settings.databricks.requiredNames() }
    for word in words { #expect(error.description.contains(word)) }
  }

  @Test(
    "a mistake under [databricks] names its line",
    arguments: [
      ("[databricks]\nhots = \"x\"", "cdc.toml, line 2: 'hots' is no setting"),
      ("[databricks]\nwarehouse_id = 5", "cdc.toml, line 2: 'warehouse_id' must be a string, not an integer"),
      ("[databricks]\nschema = \"a\"\ndataset = \"b\"", "cdc.toml, line"),
      ("databricks = \"x\"", "cdc.toml, line 1: 'databricks' must be a table, [databricks], not a string"),
      ("catalog = \"x\"", "cdc.toml, line 1: 'catalog' is no setting"),
    ])
  func fileErrors(text: String, message: String) throws {
    let error = try #require(throws: UsageError.self) { try SettingsFile(text, name: "cdc.toml").layer() }
    #expect(error.description.hasPrefix(message), "\(error)")
  }

  @Test("secrets of every place are hidden from then on")
  func secrets() throws {
    let environment = Environment(variables: ["DATABRICKS_CLIENT_SECRET": "dose-env-verysecret"])
    _ = try Settings(
      [
        SettingsLayer(environment),
        SettingsFile("[databricks]\ntoken = \"dapi-file-verysecret\"", name: "cdc.toml").layer(),
        DltFiles.layer(
          "[destination.databricks.credentials]\naccess_token = \"dapi-dlt-verysecret\"", name: "secrets.toml"
        ),
      ], environment: environment)
    let text = "dose-env-verysecret, dapi-file-verysecret and dapi-dlt-verysecret"
    #expect(Secrets.redact(text) == "***, *** and ***")
  }
}
