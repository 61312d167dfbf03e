/// Where a workspace is and how it is spoken to.
public struct DatabricksWorkspace: Sendable {
  /// `https://dbc-1234.cloud.databricks.com`, without a path.
  public let host: String
  public let credentials: DatabricksCredentials
  /// A file of PEM certificates to trust instead of the system's.
  public var certificateAuthorities: String?
  /// The workspace is on this machine: a test double.
  let isLoopback: Bool

  /// - Parameter host: with or without `https://`; a path, as copied from a browser, is cut off. Plain `http://`
  ///   is taken for loopback addresses only.
  /// - Throws: `DatabricksError.Code.configuration`.
  public init(
    host: String, credentials: DatabricksCredentials, certificateAuthorities: String? = nil
  ) throws {
    let text = host.trimmingSpace
    do {
      let url = try HTTPURL(text.contains("://") ? text : "https://" + text)
      let isDefaultPort = url.port == (url.scheme == "https" ? "443" : "80")
      self.host = "\(url.scheme)://\(url.host)\(isDefaultPort ? "" : ":" + url.port)"
      isLoopback = url.isLoopback
    } catch {
      throw DatabricksError(.configuration, "The workspace's host cannot be used. \(error.message)")
    }
    self.credentials = credentials
    self.certificateAuthorities = certificateAuthorities
  }
}
