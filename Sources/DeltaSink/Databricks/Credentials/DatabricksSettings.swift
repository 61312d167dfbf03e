/// What Databricks' own tools would find on this machine: host, warehouse and credentials.
///
/// Source: "Databricks unified authentication" and the SDKs' tests of it. What the caller gives wins over
/// the environment, which wins over the profile. A profile is read where one is named, or where neither caller nor
/// environment name a host or credentials. Of the ways to authenticate, a token goes before OAuth, and
/// both at once are an error unless the type is given.
public struct DatabricksSettings: Sendable {
  public var host: String?
  public var warehouseID: String?
  /// Nil where there are none.
  public var credentials: DatabricksCredentials?
  /// Where each setting came from, for people: `["host": "DATABRICKS_HOST"]`.
  public var origins: [String: String] = [:]

  /// - Parameters:
  ///   - environment: the process's variables.
  ///   - host, token, clientID, clientSecret, authType, warehouseID: given by the caller.
  ///   - configFile: nil stands for `DATABRICKS_CONFIG_FILE`, else `~/.databrickscfg`.
  ///   - profile: nil stands for `DATABRICKS_CONFIG_PROFILE`, else the file's own default, else `DEFAULT`.
  /// - Throws: `DatabricksError.Code.configuration` for a profile that is not there, credentials of two kinds
  ///   or of a kind that is not supported.
  public static func discover(
    environment: [String: String], host: String? = nil, token: Secret? = nil, clientID: String? = nil,
    clientSecret: Secret? = nil, authType: String? = nil, warehouseID: String? = nil,
    configFile: String? = nil,
    profile: String? = nil
  ) throws -> DatabricksSettings {
    let given: [SettingName: String?] = [
      .host: host, .token: token?.value, .clientID: clientID, .clientSecret: clientSecret?.value,
      .authType: authType, .warehouseID: warehouseID, .profile: profile, .configFile: configFile,
    ]
    var found = FoundSettings()
    found.add(given.compactMapValues(\.self)) { _ in "given" }
    found.add(environment: environment)
    try found.addProfile(home: environment["HOME"])
    return try found.settings()
  }

  /// The workspace, if host and credentials are there.
  ///
  /// - Throws: `DatabricksError.Code.configuration`, saying what to set.
  public func workspace(certificateAuthorities: String? = nil) throws -> DatabricksWorkspace {
    guard let host else {
      throw DatabricksError(
        .configuration,
        "There is no workspace: set DATABRICKS_HOST, or name a profile of ~/.databrickscfg.")
    }
    guard let credentials else {
      throw DatabricksError(
        .configuration,
        "There are no credentials for \(host): set DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET, or DATABRICKS_TOKEN, "
          + "or name a profile of ~/.databrickscfg that has them.")
    }
    return try DatabricksWorkspace(
      host: host, credentials: credentials, certificateAuthorities: certificateAuthorities)
  }

  /// `/sql/1.0/warehouses/abc123` names the warehouse `abc123`; nil for other paths.
  public static func warehouseID(httpPath: String) -> String? {
    let parts = httpPath.split(separator: "/")
    guard parts.count >= 2, ["warehouses", "endpoints"].contains(parts[parts.count - 2]) else { return nil }
    return parts.last.map(String.init)
  }
}
