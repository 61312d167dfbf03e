internal import CDCCore
internal import FoundationEssentials

/// What a run needs to know, resolved: flags before environment before files before defaults.
struct Settings: Sendable {
  enum Mode: String, CaseIterable, Sendable { case fullLoad = "full_load", cdc }
  enum MergeStyle: String, CaseIterable, Sendable {
    case deletionVectors = "deletion_vectors"
    case copyOnWrite = "copy_on_write"
  }

  enum Destination: String, CaseIterable, Sendable { case lake, databricks }

  /// Nil where nobody said; only `run` needs one.
  var mode: Mode?
  /// A libpq connection string; empty: libpq's own PG* environment decides.
  var source: String
  var destination: Destination
  /// The folder, where the destination is a lake.
  var lake: String
  var databricks: DatabricksPlace
  var pipeline: String
  var resources: ResourceList
  var mergeStyle: MergeStyle
  var readers: Int
  var captureLimits: BatchLimits
  /// Prefixes of logical messages that become rows.
  var messages: [String]
  /// Names of replication origins.
  var ignoredOrigins: [String]
  /// The prefix of the message behind which deletes are left out.
  var ignoreDeletes: String?
  var removedTables: RemovedTables

  /// Reads all layers. `cdc.toml` lies in the working directory unless a path is given.
  static func load(
    flags: SettingsLayer, file: String?, environment: Environment = .process, directory: String = "."
  ) throws -> Settings {
    var layers = [flags, SettingsLayer(environment)]
    let path = file ?? environment["CDC_CONFIG"]
    if let text = try SettingsFile.read(path ?? "\(directory)/cdc.toml") {
      layers.append(try SettingsFile(text, name: path ?? "cdc.toml").layer())
    } else if let path {
      throw UsageError("The settings file \(path) does not exist. Create it, or leave the option out.")
    }
    for path in DltFiles.paths {
      guard let text = try SettingsFile.read("\(directory)/\(path)") else { continue }
      layers.append(try DltFiles.layer(text, name: path))
    }
    Secrets.register(environment["PGPASSWORD"])
    return try Settings(layers, environment: environment)
  }

  /// - Parameters:
  ///   - layers: the first that has a value counts.
  ///   - environment: what Databricks' credentials are looked for in.
  init(_ layers: [SettingsLayer], environment: Environment = Environment(variables: [:])) throws {
    let values = layers.map(\.values)
    for value in values {
      value[.source].map { Secrets.register(connection: $0.text) }
      for key in SettingKey.allCases where key.isSecret { Secrets.register(value[key]?.text) }
    }
    func setting(_ key: SettingKey) -> Setting? { values.lazy.compactMap { $0[key] }.first }

    mode = try setting(.mode).map(Self.mode)
    source = setting(.source)?.text ?? ""
    lake = setting(.lake)?.text ?? "./lake"
    destination = try Self.destination(values)
    databricks = try DatabricksPlace(values, environment: environment)
    pipeline = try setting(.pipeline).map(Self.pipelineName) ?? "cdc"
    if setting(.pipeline) == nil, destination == .databricks, let catalog = databricks.catalog,
      let schema = databricks.schema
    {
      pipeline = PipelineName.derived(catalog: catalog, schema: schema)
    }
    mergeStyle = try setting(.merge).map { try Self.choice($0, "merge") } ?? .deletionVectors
    readers = try setting(.readers).map { try Self.number($0, "readers", 1...64) } ?? 2
    var limits = BatchLimits()
    if let rows = setting(.packageRows) {
      limits.rows = try Self.number(rows, "package_rows", 1...100_000_000)
    }
    if let size = setting(.packageMegabytes) {
      limits.bytes = try Self.number(size, "package_megabytes", 1...4096) << 20
    }
    if let delay = setting(.packageSeconds) {
      limits.delay = .seconds(try Self.number(delay, "package_seconds", 0...86_400))
    }
    captureLimits = limits
    messages = setting(.messages)?.texts ?? []
    ignoredOrigins = setting(.ignoreOrigins)?.texts ?? []
    ignoreDeletes = setting(.ignoreDeletes)?.text
    removedTables = try setting(.removedTables).map { try Self.choice($0, "removed_tables") } ?? .keep
    let write: WriteDisposition? = try setting(.write).map { try Self.choice($0, "write") }
    let salt = try setting(.maskSalt).map { try Self.salt($0, environment) }
    // What a layer says of all three is less than what it says of one.
    let contracts = try layers.flatMap { layer in
      [layer.contract]
        + (try layer.values[.contract].map { [ContractSettings(all: try Self.choice($0, "contract"))] } ?? [])
    }
    let tables = try (layers.first { !$0.tables.isEmpty }?.tables ?? []).salted(salt)
    if destination == .lake { try tables.requireNoVariants() }
    resources = Self.resources(setting(.tables), tables, write: write, contracts)
  }

  /// The mode, or the error that lists both.
  func requiredMode() throws -> Mode {
    if let mode { return mode }
    throw UsageError(
      "The run needs a mode: --mode full_load copies every table anew, --mode cdc applies what changed since. "
        + "It may also stand in PIPELINE_MODE or as mode in cdc.toml.")
  }

  private static func mode(_ setting: Setting) throws -> Mode {
    if let mode = Mode(rawValue: setting.text) { return mode }
    throw UsageError(
      "'\(setting.text)', from \(setting.origin), is no mode. A run is either full_load, which copies every table anew, "
        + "or cdc, which applies what changed since: pass --mode full_load or --mode cdc.")
  }

  /// The text itself, or `env:NAME`.
  private static func salt(_ setting: Setting, _ environment: Environment) throws -> MaskSalt {
    var text = setting.text
    if text.hasPrefix("env:") {
      let name = String(text.dropFirst(4))
      guard let value = environment[name] else {
        throw UsageError("mask_salt, from \(setting.origin), names \(name), but there is no such variable.")
      }
      text = value
    }
    guard !text.isEmpty else {
      throw UsageError("mask_salt, from \(setting.origin), is empty: put a long random text there.")
    }
    Secrets.register(text)
    return MaskSalt(text)
  }

  /// What was said, else what the first place that names a catalog or a lake means, else Databricks where anybody names a
  /// host or a warehouse, else a lake.
  private static func destination(_ layers: [[SettingKey: Setting]]) throws -> Destination {
    if let said = layers.lazy.compactMap({ $0[.destination] }).first {
      return try choice(said, "destination")
    }
    for layer in layers {
      switch (layer[.lake], layer[.catalog]) {
      case (let lake?, let catalog?):
        throw UsageError(
          "There is a lake, from \(lake.origin), and a catalog of Databricks, from \(catalog.origin): say which of the "
            + "two is meant by --destination lake or --destination databricks.")
      case (_?, nil): return .lake
      case (nil, _?): return .databricks
      case (nil, nil): continue
      }
    }
    let isDatabricks = layers.contains { layer in
      [.host, .warehouseID, .httpPath].contains { layer[$0] != nil }
    }
    return isDatabricks ? .databricks : .lake
  }

  private static func pipelineName(_ setting: Setting) throws -> String {
    if PipelineName.isValid(setting.text) { return setting.text }
    throw UsageError(
      "'\(setting.text)', from \(setting.origin), is no pipeline name: use up to \(PipelineName.longest) of the "
        + "characters a–z, 0–9 and _, which PostgreSQL allows in the name of a replication slot.")
  }

  private static func choice<Choice: RawRepresentable & CaseIterable>(
    _ setting: Setting, _ name: String
  ) throws -> Choice where Choice.RawValue == String {
    if let choice = Choice(rawValue: setting.text) { return choice }
    let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    throw UsageError(
      "'\(setting.text)', from \(setting.origin), cannot be used for \(name): it is one of \(choices).")
  }

  private static func number(_ setting: Setting, _ name: String, _ range: ClosedRange<Int>) throws -> Int {
    if let number = Int(setting.text), range.contains(number) { return number }
    throw UsageError(
      "'\(setting.text)', from \(setting.origin), cannot be used for \(name): it is a number from \(range.lowerBound) "
        + "to \(range.upperBound).")
  }

  /// `tables` says which tables; a `[[table]]` says how, and where `tables` is not given, also which.
  private static func resources(
    _ tables: Setting?, _ hinted: [TableSettings], write: WriteDisposition?, _ contracts: [ContractSettings]
  ) -> ResourceList {
    func hints(_ settings: TableSettings?) -> ResourceHints {
      var hints = settings?.hints ?? ResourceHints()
      if hints.writeDisposition == nil { hints.writeDisposition = write }
      hints.contract = (settings?.contract ?? ContractSettings()).contract(else: contracts)
      return hints
    }
    let patterns = tables?.texts.flatMap(splitList) ?? ["public.*"]
    // A pattern is within another where the other fits its text, stars and all.
    func fits(_ outer: String, _ inner: String) -> Bool {
      let parts = inner.split(separator: ".", maxSplits: 1).map(String.init)
      let name = parts.count == 2 ? (parts[0], parts[1]) : ("public", inner)
      return Resource(outer).matches(TableName(schema: name.0, name: name.1))
    }
    let kept = hinted.filter { table in tables == nil || patterns.contains { fits($0, table.pattern) } }
    let named = patterns.map { pattern in
      Resource(pattern, hints: hints(hinted.first { fits($0.pattern, pattern) }))
    }
    return ResourceList(kept.map { Resource($0.pattern, hints: hints($0)) } + named)
  }
}
