package import Logging

/// The REST calls of one workspace: authentication, retries and errors are its business.
package final class WorkspaceClient: Sendable {
  package let workspace: DatabricksWorkspace
  package let logger: Logger

  package init(_ workspace: DatabricksWorkspace, logger: Logger = Logger(label: "databricks")) throws {
    self.workspace = workspace
    self.logger = logger
  }
}
