public import CDCCore

/// Tries out what a pipeline needs of a workspace, step by step, and says for each that fails what is missing.
///
/// Starts the warehouse, and creates the schemas and the volume where they are missing, as a first run would. A trial table
/// and a trial file are removed again; nothing else is written.
public struct DatabricksCheck: Sendable {
  let session: DatabricksSession
  /// How long a warehouse may take to start.
  let patience: Duration

  /// - Throws: `DatabricksError.configuration` where the workspace cannot be spoken to.
  public init(_ options: DatabricksOptions, patience: Duration = .seconds(900)) throws {
    session = try DatabricksSession(options)
    self.patience = patience
  }

  /// - Parameter report: called with each finding as it is made; what depends on a failure is not tried.
  public func run(_ report: @escaping @Sendable (CheckFinding) -> Void) async {
    guard let principal = await signIn(report) else { return }
    guard await warehouse(principal, report) else { return }
    let privileges = Privileges(layout: session.layout, principal: principal)
    let places = PlaceCheck(session: session, privileges: privileges, report: report)
    guard await places.schemas() else { return }
    let hasVolume = await places.volume()
    await TrialCheck(session: session, privileges: privileges, report: report).run(hasVolume: hasVolume)
  }

  private func signIn(_ report: (CheckFinding) -> Void) async -> String? {
    do {
      let user = try await session.warehouse.client.currentUser()
      let name = user.displayName.map { " (\($0))" } ?? ""
      report(CheckFinding("credentials", .ok, "\(user.userName)\(name) at \(session.options.workspace.host)"))
      return user.userName
    } catch {
      let isRefused = (error as? DatabricksError)?.code == .unauthenticated
      report(
        CheckFinding(
          "credentials", .failed, Self.reason(error),
          advice: isRefused
            ? "Check that client id and secret (or the token) belong to this workspace and have not expired; a service "
              + "principal must be added to the workspace, and its secret is made under its settings."
            : "Check the host (DATABRICKS_HOST) and that it can be reached from here."))
      return nil
    }
  }

  /// Starts it where it stands still, and waits until a statement has been answered.
  private func warehouse(_ principal: String, _ report: (CheckFinding) -> Void) async -> Bool {
    let id = session.options.warehouseID
    let client = session.warehouse.client
    let started = ContinuousClock.now
    do {
      var found = try await client.warehouse(id)
      let before = found.state
      while found.state != "RUNNING" {
        guard found.state != "DELETED", found.state != "DELETING" else {
          throw DatabricksError(.notFound, "The warehouse \(found.name) is being deleted.")
        }
        guard .now - started < patience else {
          throw DatabricksError(
            .unavailable, "The warehouse \(found.name) is still \(found.state) after \(patience).")
        }
        if found.state == "STOPPED" { try await client.startWarehouse(id) }
        try await Task.sleep(for: .seconds(1))
        found = try await client.warehouse(id)
      }
      try await session.execute("SELECT 1")
      let waited = (.now - started).components.seconds
      report(
        CheckFinding(
          "warehouse", .ok,
          "\(found.name)\(found.size.map { ", \($0)" } ?? "")"
            + (before == "RUNNING" ? ", running" : ", was \(before), started in \(waited) s")))
      return true
    } catch {
      report(
        CheckFinding(
          "warehouse", .failed, Self.reason(error), advice: Self.warehouseAdvice(error, id, principal)))
      return false
    }
  }

  private static func warehouseAdvice(_ error: any Error, _ id: String, _ principal: String) -> String {
    switch (error as? DatabricksError)?.code {
    case .permissionDenied:
      "Give \(principal) the permission Can use on it: SQL Warehouses, the warehouse, Permissions; or databricks "
        + "permissions update warehouses \(id) --json '{\"access_control_list\": [{\"service_principal_name\": "
        + "\"\(principal)\", \"permission_level\": \"CAN_USE\"}]}'"
    case .notFound, .invalidRequest:
      "Check warehouse_id (DATABRICKS_WAREHOUSE_ID), or http_path: both stand in the warehouse's connection details."
    default: "See the warehouse in the workspace (SQL Warehouses): it says why it does not run."
    }
  }

  /// One line, without what is deeper down: the error's own message says it.
  static func reason(_ error: any Error) -> String {
    var error = error
    if var own = error as? DatabricksError {
      own.underlying = nil
      error = own
    }
    return "\(error)".split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
