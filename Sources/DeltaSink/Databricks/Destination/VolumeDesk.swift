import CDCCore

/// Where processes leave requests for loads: files in the pipeline's folder of the volume, `request-ID`, then `outcome-ID`. The
/// run that looks for them rewrites `serving-RUN` each time.
actor VolumeDesk {
  let pipeline: String
  private let files: VolumeFiles
  private let folder: String
  private let own = UniqueName()
  private var beats = 0
  /// What other runs had written last, and since when.
  private var seen: [String: (beat: [UInt8], since: ContinuousClock.Instant)] = [:]

  /// A run whose file has been the same for so long has died.
  static let patience = Duration.seconds(30)
  private static let (serving, request, outcome) = ("serving-", "request-", "outcome-")

  init(_ session: DatabricksSession, pipeline: String) {
    self.pipeline = pipeline
    files = session.files
    folder = session.layout.folder(pipeline: pipeline)
  }

  private func path(_ kind: String, _ id: some CustomStringConvertible) -> String { "\(folder)/\(kind)\(id)" }

  // MARK: whoever runs the pipeline

  /// - Returns: the requests that wait.
  func beat() async throws -> [LoadRequest] {
    beats += 1
    try await files.upload(path(Self.serving, own), .bytes(Array(String(beats).utf8)), overwrite: true)
    var requests: [LoadRequest] = []
    for id in try await ids(Self.request) {
      guard let bytes = try await files.download(path(Self.request, id)),
        let json = try? JSONValue(parsing: String(decoding: bytes, as: UTF8.self))
      else { continue }
      requests.append(LoadRequest(json, id: id, pipeline: pipeline))
    }
    return requests
  }

  func answer(_ request: LoadRequest, _ outcome: LoadOutcome) async throws {
    try await files.upload(
      path(Self.outcome, request.id), .bytes(Array(outcome.json.text.utf8)), overwrite: true)
    try await files.delete(path(Self.request, request.id))
  }

  func close() async { try? await files.delete(path(Self.serving, own)) }

  // MARK: whoever asks

  /// Removes the signs of runs that have died.
  func isServed() async throws -> Bool {
    var isServed = false
    for run in try await ids(Self.serving) where run != "\(own)" {
      guard let beat = try await files.download(path(Self.serving, run)) else { continue }
      if let last = seen[run], last.beat == beat {
        if last.since.duration(to: .now) < Self.patience {
          isServed = true
        } else {
          try await files.delete(path(Self.serving, run))
        }
      } else {
        seen[run] = (beat, .now)
        isServed = true
      }
    }
    return isServed
  }

  func put(_ request: LoadRequest) async throws {
    try await files.upload(
      path(Self.request, request.id), .bytes(Array(request.json.text.utf8)), overwrite: true)
  }

  func outcome(of request: LoadRequest) async throws -> LoadOutcome? {
    guard let bytes = try await files.download(path(Self.outcome, request.id)) else { return nil }
    return LoadOutcome(try JSONValue(parsing: String(decoding: bytes, as: UTF8.self)))
  }

  func remove(_ request: LoadRequest) async throws {
    for kind in [Self.request, Self.outcome] { try await files.delete(path(kind, request.id)) }
  }

  private func ids(_ kind: String) async throws -> [String] {
    (try await files.list(folder) ?? []).filter { !$0.isDirectory && $0.name.hasPrefix(kind) }
      .map { String($0.name.dropFirst(kind.count)) }
  }
}
