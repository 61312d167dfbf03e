public import CDCCore

/// Another process of this machine, or of one that shares the folder and its locks, may ask for loads. The sign that the pipeline is
/// run is its lock; one that does not look for requests is waited for.
extension LocalDeltaDestination: LoadRequests {
  public var requestInterval: Duration { .milliseconds(500) }

  public func openUnlessServed(pipeline: String) async throws -> Checkpoint? {
    try await open(pipeline: pipeline)
  }

  public func stopServing(pipeline: String) async {}

  public func requestLoad(of tables: Set<TableName>, pipeline: String) async throws -> LoadRequest {
    let request = LoadRequest(id: "\(UniqueName())", pipeline: pipeline, tables: tables)
    keep(try LoadRequestFiles(layout, pipeline: pipeline).put(request), for: request)
    return request
  }

  public func loadRequests(pipeline: String) async throws -> [LoadRequest] {
    try LoadRequestFiles(layout, pipeline: pipeline).waiting(pipeline: pipeline)
  }

  public func answer(_ request: LoadRequest, _ outcome: LoadOutcome) async throws {
    try LoadRequestFiles(layout, pipeline: request.pipeline).answer(request, outcome)
  }

  public func outcome(of request: LoadRequest) async throws -> LoadOutcome? {
    try LoadRequestFiles(layout, pipeline: request.pipeline).outcome(of: request)
  }

  public func withdraw(_ request: LoadRequest) async throws {
    keep(nil, for: request)
    try LoadRequestFiles(layout, pipeline: request.pipeline).remove(request)
  }
}
