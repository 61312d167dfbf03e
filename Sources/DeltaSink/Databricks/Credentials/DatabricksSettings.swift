/// What Databricks' own tools would find on this machine: host, warehouse and credentials.
public struct DatabricksSettings: Sendable {
  public var host: String?
  public var warehouseID: String?
  public var credentials: DatabricksCredentials?

  /// Reads the environment and the configuration file with the precedence of Databricks' unified authentication.
  ///
  /// - Parameters:
  ///   - environment: the process's variables.
  ///   - host: given by the caller: wins over everything.
  ///   - configFile: nil stands for `DATABRICKS_CONFIG_FILE`, else `~/.databrickscfg`.
  ///   - profile: nil stands for `DATABRICKS_CONFIG_PROFILE`, else `DEFAULT`.
  /// - Throws: `DatabricksError.Code.configuration`.
  public static func discover(
    environment: [String: String], host: String? = nil, configFile: String? = nil, profile: String? = nil
  ) throws -> DatabricksSettings {
    throw DatabricksError(.configuration, "Databricks settings cannot be read yet.")
  }
}
