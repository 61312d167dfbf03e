/// The settings that are read, by the names that they have in a profile.
enum SettingName: String, CaseIterable {
  case host, token, username, password, profile
  case clientID = "client_id"
  case clientSecret = "client_secret"
  case authType = "auth_type"
  case warehouseID = "warehouse_id"
  case httpPath = "http_path"
  case configFile = "config_file"

  var variable: String {
    switch self {
    case .profile: "DATABRICKS_CONFIG_PROFILE"
    default: "DATABRICKS_" + rawValue.uppercased()
    }
  }

  /// The way to authenticate that it belongs to.
  var authentication: String? {
    switch self {
    case .token: "pat"
    case .username, .password: "basic"
    case .clientID, .clientSecret: "oauth"
    default: nil
    }
  }
}

/// Settings as they are found: what came first stays.
struct FoundSettings {
  private var values: [SettingName: String] = [:]
  private var origins: [SettingName: String] = [:]

  mutating func add(_ more: [SettingName: String], origin: (SettingName) -> String) {
    for (name, value) in more where !value.isEmpty && values[name] == nil {
      values[name] = value
      origins[name] = origin(name)
    }
  }

  mutating func add(environment: [String: String]) {
    var more: [SettingName: String] = [:]
    for name in SettingName.allCases { more[name] = environment[name.variable] }
    add(more, origin: \.variable)
  }

  /// Adds the profile, where one is named or nothing else says where to go.
  mutating func addProfile(home: String?) throws {
    let isEnough = values[.host] != nil || values.keys.contains { $0.authentication != nil }
    guard values[.profile] != nil || !isEnough else { return }
    guard let path = Self.expand(values[.configFile] ?? "~/.databrickscfg", home: home),
      let file = try ConfigFile(path: path)
    else {
      if let name = values[.profile], values[.configFile] != nil || !isEnough {
        throw DatabricksError(
          .configuration,
          "There is no file \(values[.configFile] ?? "~/.databrickscfg") to read the profile \(name) from.")
      }
      return
    }
    let named = values[.profile] ?? file.defaultProfile
    guard let profile = file.profile(named ?? "DEFAULT") else {
      guard let named else { return }
      throw DatabricksError(.configuration, "\(path) has no profile \(named), or an empty one.")
    }
    var more: [SettingName: String] = [:]
    for name in SettingName.allCases where name != .profile && name != .configFile {
      more[name] = profile[name.rawValue]
    }
    add(more) { _ in "profile \(named ?? "DEFAULT") of \(path)" }
  }

  private static func expand(_ path: String, home: String?) -> String? {
    guard path.hasPrefix("~") else { return path }
    return home.map { $0 + path.dropFirst() }
  }

  func settings() throws -> DatabricksSettings {
    var settings = DatabricksSettings()
    settings.host = values[.host]
    settings.warehouseID = values[.warehouseID] ?? values[.httpPath].flatMap(DatabricksSettings.warehouseID)
    settings.credentials = try credentials()
    for (name, origin) in origins { settings.origins[name.rawValue] = origin }
    return settings
  }

  private func credentials() throws -> DatabricksCredentials? {
    let kinds = Set(values.keys.compactMap(\.authentication))
    if kinds.count > 1, values[.authType] == nil {
      throw DatabricksError(
        .configuration,
        "There are credentials of more than one kind (\(kinds.sorted().joined(separator: " and "))): "
          + "remove one, or set DATABRICKS_AUTH_TYPE to oauth-m2m or pat.")
    }
    switch values[.authType] {
    case "pat":
      guard let token else { throw missing("pat", "a token (DATABRICKS_TOKEN)") }
      return token
    case "oauth-m2m":
      guard let client else {
        throw missing(
          "oauth-m2m", "a client id and a secret (DATABRICKS_CLIENT_ID, DATABRICKS_CLIENT_SECRET)")
      }
      return client
    case nil:
      if kinds == ["basic"] {
        throw DatabricksError(
          .configuration, "Databricks no longer takes a user name and a password: use OAuth or a token.")
      }
      if let found = token ?? client { return found }
      guard kinds.isEmpty else {
        throw missing(
          "oauth-m2m", "both a client id and a secret (DATABRICKS_CLIENT_ID, DATABRICKS_CLIENT_SECRET)")
      }
      return nil
    case .some(let other):
      throw DatabricksError(
        .configuration, "The authentication type \(other) is not supported: oauth-m2m and pat are.")
    }
  }

  private var token: DatabricksCredentials? { values[.token].map { .token(Secret($0)) } }

  private var client: DatabricksCredentials? {
    guard let id = values[.clientID], let secret = values[.clientSecret] else { return nil }
    return .oauthM2M(clientID: id, secret: Secret(secret))
  }

  private func missing(_ type: String, _ what: String) -> DatabricksError {
    DatabricksError(.configuration, "The authentication type \(type) needs \(what).")
  }
}
