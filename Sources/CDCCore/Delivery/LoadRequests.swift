/// A destination through which one process asks another, which has a pipeline there and runs it without end, to load tables: a
/// pipeline has one runner at a time.
public protocol LoadRequests: Destination {
  /// Leaves a request, which counts for as long as this process lives and does not withdraw it.
  func requestLoad(of tables: Set<TableName>, pipeline: String) async throws -> LoadRequest

  /// The requests that wait for whoever runs the pipeline. Cheap: asked for every second.
  func loadRequests(pipeline: String) async throws -> [LoadRequest]

  /// Says what has become of a request; it waits no longer.
  func answer(_ request: LoadRequest, _ outcome: LoadOutcome) async throws

  /// What has become of a request; nil while nobody has seen to it.
  func outcome(of request: LoadRequest) async throws -> LoadOutcome?

  /// Takes the request back, with what has become of it.
  func withdraw(_ request: LoadRequest) async throws
}

/// Tables that a process wants loaded.
public struct LoadRequest: Sendable, Hashable {
  /// Unique.
  public var id: String
  public var pipeline: String
  public var tables: Set<TableName>

  public init(id: String, pipeline: String, tables: Set<TableName>) {
    self.id = id
    self.pipeline = pipeline
    self.tables = tables
  }
}

public enum LoadOutcome: Sendable {
  case loaded(LoadReport)
  /// The reason, as the run would have told it.
  case failed(String)
}
