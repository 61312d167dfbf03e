/// What a check asks a workspace: who am I, and is the warehouse there?
extension WorkspaceClient {
  /// The user or service principal that the credentials stand for.
  package struct Principal: Sendable, Hashable {
    package var id: String
    /// An e-mail address, or a service principal's application id.
    package var userName: String
    package var displayName: String?
  }

  package struct Warehouse: Sendable, Hashable {
    package var id: String
    package var name: String
    /// `RUNNING`, `STOPPED`, `STARTING`, `STOPPING`, `DELETING`, `DELETED`.
    package var state: String
    /// `2X-Small` …
    package var size: String?
    package var isServerless: Bool
  }

  package func currentUser() async throws -> Principal {
    let call = WorkspaceCall("GET", "/api/2.0/preview/scim/v2/Me", "reading who is asking")
    let answer = try await json(call)
    guard let name = answer["userName"]?.string else { throw Self.invalidAnswer(call, status: 200) }
    return Principal(
      id: answer["id"]?.string ?? "", userName: name, displayName: answer["displayName"]?.string)
  }

  /// - Throws: `notFound` where there is none, or none that this principal may see.
  package func warehouse(_ id: String) async throws -> Warehouse {
    let call = WorkspaceCall("GET", Self.path(ofWarehouse: id), "reading the SQL warehouse \(id)")
    let answer = try await json(call)
    guard let state = answer["state"]?.string else { throw Self.invalidAnswer(call, status: 200) }
    return Warehouse(
      id: answer["id"]?.string ?? id, name: answer["name"]?.string ?? id, state: state,
      size: answer["cluster_size"]?.string,
      isServerless: answer["enable_serverless_compute"]?.boolean ?? false)
  }

  /// Returns at once; `warehouse(_:)` tells when it runs. Statements start a stopped warehouse, too.
  package func startWarehouse(_ id: String) async throws {
    _ = try await send(
      WorkspaceCall("POST", Self.path(ofWarehouse: id) + "/start", "starting the SQL warehouse \(id)"))
  }

  private static func path(ofWarehouse id: String) -> String {
    "/api/2.0/sql/warehouses/\(PercentEncoding.encode(id))"
  }
}
