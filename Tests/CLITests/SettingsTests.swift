import CDCCore
import Testing

@testable import cdc_cli

struct SettingsTests {
  private static let file = """
    source = "postgresql://file/db"
    lake = "/file"
    pipeline = "from_file"
    mode = "cdc"
    write = "append"
    """

  @Test("flags win over the environment, it over cdc.toml, that over dlt's files, those over defaults")
  func precedence() throws {
    var flags = SettingsLayer()
    flags.values[.source] = Setting(texts: ["postgresql://flag/db"], origin: "--source")
    let environment = SettingsLayer(
      Environment(variables: ["CDC_SOURCE": "postgresql://env/db", "CDC_LAKE": "/env", "CDC_TABLES": ""]))
    let file = try SettingsFile(Self.file, name: "cdc.toml").layer()
    let dlt = try DltFiles.layer(
      """
      pipeline_name = "from_dlt"
      [destination.filesystem]
      bucket_url = "file:///dlt"
      """, name: ".dlt/config.toml")

    let settings = try Settings([flags, environment, file, dlt])
    #expect(settings.source == "postgresql://flag/db")
    #expect(settings.lake == "/env")
    #expect(settings.pipeline == "from_file")
    #expect(settings.mode == .cdc)
    #expect(settings.readers == 2)
    #expect(try Settings([dlt]).lake == "/dlt")
    #expect(try Settings([dlt]).pipeline == "from_dlt")
    #expect(try Settings([]).resources == ResourceList([Resource("public.*")]))
  }

  @Test("what of the log is taken, and what becomes of removed tables")
  func log() throws {
    let file = try SettingsFile(
      "messages = [\"a.*\", \"b\"]\nignore_origins = \"*\"\nignore_deletes = \"purge\"\nremoved_tables = \"drop\"",
      name: "cdc.toml"
    ).layer()
    let settings = try Settings([file])
    #expect(settings.messages == ["a.*", "b"])
    #expect(settings.ignoredOrigins == ["*"])
    #expect(settings.ignoreDeletes == "purge")
    #expect(settings.removedTables == .drop)
    let environment = SettingsLayer(
      Environment(variables: ["CDC_MESSAGES": "x, y", "CDC_REMOVED_TABLES": "forget"]))
    #expect(environment.values[.messages]?.texts == ["x", "y"])
    #expect(throws: UsageError.self) { try Settings([environment]) }
    #expect(try Settings([]).removedTables == .keep)
    #expect(try Settings([]).messages.isEmpty)
  }

  @Test("PIPELINE_MODE is the mode's name in the environment")
  func pipelineMode() throws {
    let layer = SettingsLayer(Environment(variables: ["PIPELINE_MODE": "full_load", "CDC_MODE": "cdc"]))
    #expect(try Settings([layer]).mode == .fullLoad)
  }

  @Test(
    "an error in cdc.toml names line and key",
    arguments: [
      ("lake = \"a\"\nsuorce = \"b\"", "cdc.toml, line 2: 'suorce' is no setting"),
      ("lake = 5", "cdc.toml, line 1: 'lake' must be a string, not an integer"),
      ("\nreaders = \"two\"", "cdc.toml, line 2: 'readers' must be an integer, not a string"),
      ("tables = [1]", "cdc.toml, line 1: 'tables' must be a string or a list of strings, not an array"),
      ("lake = ", "cdc.toml, line 1, is not valid TOML"),
      (
        "[[table]]\npattern = \"a\"\n[[table]]\nwrite = \"merge\"",
        "cdc.toml, line 3: a [[table]] needs a pattern"
      ),
      (
        "[[table]]\npattern = \"a\"\nwrite = \"upsert\"",
        "cdc.toml, line 3: 'upsert' is none of append, merge, "
      ),
      (
        "[[table]]\npattern = \"a\"\n[table.columns.total]\ntype = \"money\"",
        "cdc.toml, line 4: 'money' is no column type"
      ),
      (
        "[[table]]\npattern = \"a\"\n[table.contract]\ncolums = \"x\"",
        "cdc.toml, line 4: 'colums' is no setting"
      ),
      (
        "[[table]]\npattern = \"a\"\ncolumns = 3",
        "cdc.toml, line 3: 'columns' must be a table, not an integer"
      ),
    ])
  func fileErrors(text: String, message: String) throws {
    let error = #expect(throws: UsageError.self) { try SettingsFile(text, name: "cdc.toml").layer() }
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "no error")")
  }

  @Test("a [[table]] brings its hints")
  func tableHints() throws {
    let file = try SettingsFile(
      """
      write = "append"
      [[table]]
      pattern = "public.invoice*"
      write = "merge"
      key = ["invoice_id"]
      [table.contract]
      columns = "freeze"
      data_type = "discard_value"
      [table.columns.total]
      type = "decimal(12, 2)"
      [table.columns.note]
      include = false
      """, name: "cdc.toml"
    ).layer()
    let resources = try Settings([file]).resources
    let hints = try #require(resources.hints(for: TableName(schema: "public", name: "invoice_line")))
    #expect(hints.writeDisposition == .merge)
    #expect(hints.primaryKey == ["invoice_id"])
    #expect(hints.contract == SchemaContract(columns: .freeze, dataType: .discardValue))
    #expect(hints.columns["total"]?.type == .decimal(precision: 12, scale: 2))
    #expect(hints.columns["note"]?.isIncluded == false)
    #expect(resources.hints(for: TableName(schema: "public", name: "track"))?.writeDisposition == .append)
  }

  @Test("a contract is set for all tables or for one; what a table leaves open is the pipeline's")
  func contracts() throws {
    let text = """
      [contract]
      columns = "discard_value"
      data_type = "discard_row"
      [[table]]
      pattern = "public.a"
      [table.contract]
      columns = "freeze"
      [[table]]
      pattern = "public.b"
      contract = "evolve"
      """
    func contract(_ table: String, _ text: String, _ variables: [String: String] = [:]) throws
      -> SchemaContract?
    {
      let environment = Environment(variables: variables)
      let layers = [SettingsLayer(environment), try SettingsFile(text, name: "cdc.toml").layer()]
      return try Settings(layers, environment: environment).resources
        .hints(for: TableName(schema: "public", name: table))?.contract
    }
    #expect(try contract("a", text) == SchemaContract(columns: .freeze, dataType: .discardRow))
    #expect(try contract("b", text) == SchemaContract(dataType: .discardRow))
    let every = "tables = [\"public.*\"]\n"
    #expect(
      try contract("c", every + "contract = \"discard_row\"")
        == SchemaContract(tables: .discardRow, columns: .discardRow, dataType: .discardRow))
    #expect(
      try contract("c", every, ["CDC_CONTRACT": "freeze"])
        == SchemaContract(tables: .freeze, columns: .freeze, dataType: .freeze))
    let error = #expect(throws: UsageError.self) {
      _ = try contract("c", "[contract]\ndata_type = \"evolve\"")
    }
    #expect(error?.description.hasPrefix("cdc.toml, line 2: a type does not follow single values") == true)
  }

  @Test("masks of columns, with a salt from the file, from the environment, or from a variable that is named")
  func masks() throws {
    let text = """
      [[table]]
      pattern = "public.customer"
      [table.columns.email]
      mask = "sha256"
      [table.columns.name]
      mask = "constant"
      constant = "hidden"
      [table.columns.born]
      mask = "null"
      """
    let customer = TableName(schema: "public", name: "customer")
    func masks(_ text: String, _ variables: [String: String] = [:]) throws -> [String: ColumnMask?]? {
      let environment = Environment(variables: variables)
      let layers = [SettingsLayer(environment), try SettingsFile(text, name: "cdc.toml").layer()]
      return try Settings(layers, environment: environment).resources.hints(for: customer)?.columns
        .mapValues(\.mask)
    }
    func expected(_ salt: String) -> [String: ColumnMask?] {
      ["email": .sha256(salt: MaskSalt(salt)), "name": .constant("hidden"), "born": .null]
    }
    #expect(try masks("mask_salt = \"a\"\n" + text) == expected("a"))
    #expect(try masks(text, ["CDC_MASK_SALT": "b"]) == expected("b"))
    #expect(try masks("mask_salt = \"env:OURS\"\n" + text, ["OURS": "c"]) == expected("c"))
    let unsalted = #expect(throws: UsageError.self) { _ = try masks(text) }
    #expect(unsalted?.description.contains("CDC_MASK_SALT") == true)
    let unnamed = #expect(throws: UsageError.self) { _ = try masks("mask_salt = \"env:OURS\"\n" + text) }
    #expect(unnamed?.description.contains("no such variable") == true)
    for wrong in [
      "mask = \"md5\"", "mask = \"constant\"", "constant = \"x\"", "mask = \"null\"\nconstant = \"x\"",
    ] {
      #expect(throws: UsageError.self) {
        _ = try masks("mask_salt = \"a\"\n[[table]]\npattern = \"customer\"\n[table.columns.c]\n\(wrong)")
      }
    }
  }

  @Test("--tables narrows what cdc.toml names, and its hints still hold")
  func narrowing() throws {
    let file = try SettingsFile(
      "[[table]]\npattern = \"public.inv*\"\nkey = \"id\"\n[[table]]\npattern = \"sales.x\"", name: "cdc.toml"
    ).layer()
    var flags = SettingsLayer()
    flags.values[.tables] = Setting(texts: ["public.invoice"], origin: "--tables")
    let narrow = try Settings([flags, file]).resources
    #expect(narrow.hints(for: TableName(schema: "public", name: "invoice"))?.primaryKey == ["id"])
    #expect(narrow.hints(for: TableName(schema: "public", name: "inventory")) == nil)
    #expect(narrow.hints(for: TableName(schema: "sales", name: "x")) == nil)
    let wide = try Settings([file]).resources
    #expect(wide.hints(for: TableName(schema: "sales", name: "x")) != nil)
    #expect(wide.hints(for: TableName(schema: "public", name: "track")) != nil)
  }

  @Test("a wrong mode is answered with both", arguments: [("--mode", "full"), ("PIPELINE_MODE", "CDC")])
  func wrongMode(origin: String, text: String) throws {
    var layer = SettingsLayer()
    layer.values[.mode] = Setting(texts: [text], origin: origin)
    let error = try #require(throws: UsageError.self) { try Settings([layer]) }
    for word in [text, origin, "full_load", "cdc"] { #expect(error.description.contains(word)) }
    #expect(Failure(error).exitCode == 2)
  }

  @Test("a run without a mode is told of both")
  func missingMode() throws {
    let error = try #require(throws: UsageError.self) { try Settings([]).requiredMode() }
    #expect(error.description.contains("full_load") && error.description.contains("--mode cdc"))
  }

  @Test(
    "values out of range name where they came from",
    arguments: [
      (SettingKey.readers, "0"), (.readers, "many"), (.write, "upsert"), (.merge, "copy"),
      (.pipeline, "My Shop"),
    ])
  func wrongValues(key: SettingKey, text: String) throws {
    var layer = SettingsLayer()
    layer.values[key] = Setting(texts: [text], origin: "the environment variable X")
    let error = try #require(throws: UsageError.self) { try Settings([layer]) }
    #expect(error.description.contains("'\(text)', from the environment variable X"))
  }

  @Test("dlt's credentials become a connection string")
  func dltCredentials() throws {
    let table = try DltFiles.layer(
      """
      [sources.pg_replication.credentials]
      drivername = "postgresql"
      username = "loader"
      password = "it's"
      host = "db"
      port = 5433
      database = "shop"
      """, name: ".dlt/secrets.toml")
    #expect(
      table.values[.source]?.text == "user='loader' password='it\\'s' host='db' port='5433' dbname='shop'")
    let url = try DltFiles.layer(
      "[sources.sql_database]\ncredentials = \"postgresql+psycopg2://a:b@c/d\"", name: ".dlt/secrets.toml")
    #expect(url.values[.source]?.text == "postgresql://a:b@c/d")
  }
}
