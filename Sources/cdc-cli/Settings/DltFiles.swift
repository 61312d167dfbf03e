internal import TOMLKit

/// Takes what it can use from dlt's own files, so that a dlt project needs no second copy of its credentials.
/// They belong to dlt: other keys are none of our business and wrong types are passed over.
enum DltFiles {
  /// In dlt's own order: secrets first.
  static let paths = [".dlt/secrets.toml", ".dlt/config.toml"]

  static func layer(_ text: String, name: String) throws -> SettingsLayer {
    guard let root = try? TOMLTable(string: text) else {
      throw UsageError("\(name) is not valid TOML. Correct it, or run where it does not lie.")
    }
    var layer = SettingsLayer()
    let sources = root["sources"]?.table
    let candidates = ["pg_replication", "sql_database", "postgres"].map { sources?[$0]?.table } + [sources]
    if let credentials = candidates.lazy.compactMap({ $0?["credentials"] }).first,
      let connection = connectionString(credentials)
    {
      layer.values[.source] = Setting(texts: [connection], origin: name)
    }
    if let url = root["destination"]?.table?["filesystem"]?.table?["bucket_url"]?.string,
      url.hasPrefix("file://") || !url.contains("://")
    {
      let path = url.hasPrefix("file://") ? String(url.dropFirst("file://".count)) : url
      layer.values[.lake] = Setting(texts: [path], origin: name)
    }
    if let pipeline = root["pipeline_name"]?.string {
      layer.values[.pipeline] = Setting(texts: [pipeline], origin: name)
    }
    if let dataset = root["dataset_name"]?.string {
      layer.values[.schema] = Setting(texts: [dataset], origin: name)
    }
    let databricks = root["destination"]?.table?["databricks"]?.table?["credentials"]?.table
    for (theirs, ours) in databricksNames {
      guard let text = databricks?[theirs]?.string, !text.isEmpty else { continue }
      layer.values[ours] = Setting(texts: [text], origin: name)
    }
    return layer
  }

  /// `[destination.databricks.credentials]` in dlt's words.
  private static let databricksNames: [(String, SettingKey)] = [
    ("server_hostname", .host), ("http_path", .httpPath), ("catalog", .catalog), ("client_id", .clientID),
    ("client_secret", .clientSecret), ("access_token", .token),
  ]

  /// A URL, or dlt's table of drivername, username, password, host, port, database.
  private static func connectionString(_ value: any TOMLValueConvertible) -> String? {
    if let url = value.string {
      // SQLAlchemy names its driver in the scheme: postgresql+psycopg2://
      guard let plus = url.firstIndex(of: "+"), let colon = url.firstIndex(of: ":"), plus < colon else {
        return url
      }
      return String(url[..<plus]) + String(url[colon...])
    }
    guard let table = value.table else { return nil }
    let names = [
      ("username", "user"), ("password", "password"), ("host", "host"), ("port", "port"),
      ("database", "dbname"),
    ]
    let words = names.compactMap { theirs, ours -> String? in
      guard let text = table[theirs]?.string ?? table[theirs]?.int.map(String.init) else { return nil }
      return "\(ours)='\(text.escapedForKeyword)'"
    }
    return words.isEmpty ? nil : words.joined(separator: " ")
  }
}

extension String {
  /// For a single-quoted value of a keyword connection string.
  fileprivate var escapedForKeyword: String {
    flatMap { $0 == "'" || $0 == "\\" ? "\\\($0)" : "\($0)" }.map(String.init).joined()
  }
}
