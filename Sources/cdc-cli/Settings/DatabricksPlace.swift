/// Where on Databricks the tables go and who asks, as far as flags, environment and files say; what nobody said may still
/// stand in ~/.databrickscfg.
struct DatabricksPlace: Sendable {
  var host: String?
  var warehouseID: String?
  var catalog: String?
  var schema: String?
  var stagingSchema: String?
  var stagingVolume: String
  /// The environment as the discovery of credentials is to see it.
  var variables: [String: String]

  /// - Parameter layers: the first that has a value counts.
  init(_ layers: [[SettingKey: Setting]], environment: Environment) throws {
    func setting(_ key: SettingKey) -> Setting? { layers.lazy.compactMap { $0[key] }.first }
    func name(_ key: SettingKey) throws -> String? { try setting(key).map { try Self.name($0, key) } }

    catalog = try name(.catalog)
    schema = try name(.schema)
    stagingSchema = try name(.stagingSchema) ?? schema.map { $0 + "_staging" }
    stagingVolume = try name(.stagingVolume) ?? "cdc"
    warehouseID = try Self.warehouse(layers)
    let source = layers.firstIndex { layer in Self.credentialKeys.contains { layer[$0] != nil } }
    variables = Self.variables(environment, credentials: source.map { layers[$0] } ?? [:])
    // A profile brings its own host, which only what was said at least as loudly as the profile may replace:
    // its credentials must not reach another workspace by way of a forgotten variable.
    let isProfile = source.map { layers[$0][.profile] != nil } ?? false
    let heard = isProfile ? layers.prefix((source ?? 0) + 1) : layers[...]
    host = heard.lazy.compactMap { $0[.host] }.first?.text
    for key in ["DATABRICKS_HOST", "DATABRICKS_WAREHOUSE_ID"] { variables[key] = nil }
  }

  private static let credentialKeys: [SettingKey] = [.profile, .clientID, .clientSecret, .token]

  /// Credentials come from one place as a whole: half of a secret here and half there would be nobody's.
  private static func variables(
    _ environment: Environment, credentials: [SettingKey: Setting]
  ) -> [String: String] {
    var variables = environment.variables
    guard credentialKeys.contains(where: { credentials[$0] != nil }) else { return variables }
    for key in credentialKeys {
      guard let name = key.environmentNames.first else { continue }
      variables[name] = credentials[key]?.text
    }
    return variables
  }

  /// The id, or the last part of the path, whichever was said first.
  private static func warehouse(_ layers: [[SettingKey: Setting]]) throws -> String? {
    for layer in layers {
      let path = try layer[.httpPath].map(warehouse(path:))
      guard let id = layer[.warehouseID] else {
        if let path { return path }
        continue
      }
      if let path, path != id.text {
        throw UsageError(
          "warehouse_id, from \(id.origin), and http_path, from \(layer[.httpPath]?.origin ?? "there too"), name two "
            + "warehouses: keep one of them.")
      }
      return id.text
    }
    return nil
  }

  private static func warehouse(path: Setting) throws -> String {
    let parts = path.text.split(separator: "/").map(String.init)
    guard parts.count >= 2, parts[parts.count - 2] == "warehouses" else {
      throw UsageError(
        "'\(path.text)', from \(path.origin), is not the path of a SQL warehouse, which is "
          + "/sql/1.0/warehouses/ID: copy it from the warehouse's connection details. Clusters cannot be used."
      )
    }
    return parts[parts.count - 1]
  }

  /// Unity Catalog's own rules for names of catalogs, schemas and volumes; it keeps them in lower case.
  private static func name(_ setting: Setting, _ key: SettingKey) throws -> String {
    let name = setting.text
    let isValid =
      (1...255).contains(name.utf8.count)
      && name.unicodeScalars.allSatisfy {
        $0.value > 0x20 && $0.value != 0x7F && !"./`".unicodeScalars.contains($0)
      }
    if isValid { return name.lowercased() }
    throw UsageError(
      "'\(name)', from \(setting.origin), is no name for \(key.bareName): Unity Catalog takes up to 255 characters, "
        + "no dot, slash, space, back-quote or control character.")
  }

  /// Catalog and schema, or the error that says how to give what is missing.
  func requiredNames() throws -> (catalog: String, schema: String) {
    if let catalog, let schema { return (catalog, schema) }
    let missing = [
      catalog == nil
        ? "a catalog (--catalog, TARGET_CATALOG, or catalog under [databricks] in cdc.toml)" : nil,
      schema == nil ? "a schema (--dataset, TARGET_DATASET, or schema under [databricks] in cdc.toml)" : nil,
    ].compactMap(\.self)
    throw UsageError(
      "The tables go to Databricks, but there is no word of \(missing.joined(separator: ", nor of ")). "
        + "If they are meant for a local folder, say --destination lake.")
  }
}
