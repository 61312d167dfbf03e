/// Where a workspace is and how it is spoken to.
public struct DatabricksWorkspace: Sendable {
  /// `https://dbc-1234.cloud.databricks.com`, without a trailing slash.
  public let host: String
  public let credentials: DatabricksCredentials
  /// A file of PEM certificates to trust instead of the system's.
  public var certificateAuthorities: String?

  /// - Parameter host: with or without `https://`; plain `http://` is taken for loopback addresses only.
  /// - Throws: `DatabricksError.Code.configuration`.
  public init(
    host: String, credentials: DatabricksCredentials, certificateAuthorities: String? = nil
  ) throws {
    self.host = host
    self.credentials = credentials
    self.certificateAuthorities = certificateAuthorities
  }
}
