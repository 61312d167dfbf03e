public import CDCCore

/// Any process that may write to the volume may ask for loads: by files, which leave the warehouse asleep.
extension DatabricksDestination: LoadRequests {
  public var requestInterval: Duration { .seconds(5) }

  public func loadRequests(pipeline: String) async throws -> [LoadRequest] {
    try await desk(pipeline).beat()
  }

  public func answer(_ request: LoadRequest, _ outcome: LoadOutcome) async throws {
    try await desk(request.pipeline).answer(request, outcome)
  }

  public func stopServing(pipeline: String) async { await desk(pipeline).close() }

  public func openUnlessServed(pipeline: String) async throws -> Checkpoint? {
    guard try await !desk(pipeline).isServed() else {
      throw CDCError(.fenced, "Another runner has pipeline \(pipeline). Wait until it has ended, or stop it.")
    }
    return try await open(pipeline: pipeline)
  }

  public func requestLoad(of tables: Set<TableName>, pipeline: String) async throws -> LoadRequest {
    let request = LoadRequest(id: "\(UniqueName())", pipeline: pipeline, tables: tables)
    try await desk(pipeline).put(request)
    return request
  }

  public func outcome(of request: LoadRequest) async throws -> LoadOutcome? {
    try await desk(request.pipeline).outcome(of: request)
  }

  public func withdraw(_ request: LoadRequest) async throws {
    try await desk(request.pipeline).remove(request)
  }
}
