/// A destination through which one process asks another, which runs the pipeline there without end, to load tables: a pipeline has
/// one runner at a time.
public protocol LoadRequests: Destination {
  /// How often both sides look for what the other has left.
  var requestInterval: Duration { get }

  // MARK: whoever runs the pipeline

  /// The requests that wait. Asking for them is the sign that the pipeline is run: every `requestInterval`, from beginning to end.
  func loadRequests(pipeline: String) async throws -> [LoadRequest]

  /// Says what has become of a request; it waits no longer.
  func answer(_ request: LoadRequest, _ outcome: LoadOutcome) async throws

  /// Takes the sign away: nobody looks for requests any more.
  func stopServing(pipeline: String) async

  // MARK: whoever asks

  /// As `open`, which may take a pipeline over, but leaves it to a run that looks for requests.
  ///
  /// - Throws: `CDCError.fenced` where there is one.
  func openUnlessServed(pipeline: String) async throws -> Checkpoint?

  func requestLoad(of tables: Set<TableName>, pipeline: String) async throws -> LoadRequest

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
