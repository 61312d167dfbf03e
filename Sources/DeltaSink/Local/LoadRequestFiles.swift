internal import CDCCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Requests for loads as files beside the pipeline's lock: `ID.request`, locked by the process that wants it for as long as
/// that lives, then `ID.outcome`.
struct LoadRequestFiles {
  let directory: String

  init(_ layout: LakeLayout, pipeline: String) { directory = layout.requestsPath(pipeline: pipeline) }

  private func path(_ id: String, _ kind: String) -> String { "\(directory)/\(id).\(kind)" }

  /// - Returns: what keeps the request alive.
  func put(_ request: LoadRequest) throws -> FileLock {
    try PosixDirectory.create(directory)
    let hidden = path(request.id, "new")
    try PosixFile.create(hidden, Array(request.json.text.utf8))
    guard let lock = try FileLock(hidden) else { throw PosixFile.failure("lock", hidden) }
    try PosixFile.move(hidden, to: path(request.id, "request"))
    return lock
  }

  /// Without those whose process has died, which are removed.
  func waiting(pipeline: String) throws -> [LoadRequest] {
    try (PosixDirectory.list(directory) ?? []).filter { $0.hasSuffix(".request") }.sorted().compactMap {
      name in
      let file = "\(directory)/\(name)"
      if try FileLock(file) != nil {
        try PosixFile.remove(file)
        return nil
      }
      guard let bytes = try PosixFile.read(file) else { return nil }
      let json = try JSONValue(parsing: String(decoding: bytes, as: UTF8.self))
      return LoadRequest(json, id: String(name.dropLast(".request".count)), pipeline: pipeline)
    }
  }

  func answer(_ request: LoadRequest, _ outcome: LoadOutcome) throws {
    let hidden = path(request.id, "answer")
    try PosixFile.create(hidden, Array(outcome.json.text.utf8))
    try PosixFile.move(hidden, to: path(request.id, "outcome"))
    try PosixFile.remove(path(request.id, "request"))
  }

  func outcome(of request: LoadRequest) throws -> LoadOutcome? {
    guard let bytes = try PosixFile.read(path(request.id, "outcome")) else { return nil }
    return LoadOutcome(try JSONValue(parsing: String(decoding: bytes, as: UTF8.self)))
  }

  func remove(_ request: LoadRequest) throws {
    for kind in ["new", "request", "outcome"] { try PosixFile.remove(path(request.id, kind)) }
  }
}

/// A lock of the kernel's on a file that exists (flock(2)), gone with the process.
final class FileLock: Sendable {
  private let descriptor: Int32

  /// Nil where another has it, or there is no such file.
  init?(_ path: String) throws {
    let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
    if descriptor < 0 {
      if errno == ENOENT { return nil }
      throw PosixFile.failure("open", path)
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
  }

  deinit {
    _ = flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}

extension LoadRequest {
  fileprivate var json: JSONValue {
    .array(tables.sorted().map { .array([.string($0.schema), .string($0.name)]) })
  }

  fileprivate init(_ json: JSONValue, id: String, pipeline: String) {
    let tables = (json.elements ?? []).compactMap(TableName.init(json:))
    self.init(id: id, pipeline: pipeline, tables: Set(tables))
  }
}

extension TableName {
  fileprivate init?(json: JSONValue) {
    guard let parts = json.elements, parts.count == 2, let schema = parts[0].string,
      let name = parts[1].string
    else { return nil }
    self.init(schema: schema, name: name)
  }
}

extension LoadOutcome {
  fileprivate var json: JSONValue {
    switch self {
    case .failed(let reason): return .object([.init(name: "failed", value: .string(reason))])
    case .loaded(let report):
      let tables = report.tables.map { table in
        JSONValue.object([
          .init(name: "table", value: .array([.string(table.name.schema), .string(table.name.name)])),
          .init(name: "rows", value: .integer(table.rows)),
          .init(name: "quarantined", value: .integer(table.quarantinedRows)),
          .init(name: "discarded", value: .integer(table.discardedValues)),
        ])
      }
      return .object([
        .init(name: "position", value: .string(report.position.description)),
        .init(name: "tables", value: .array(tables)),
      ])
    }
  }

  fileprivate init(_ json: JSONValue) {
    guard let position = json["position"]?.string.flatMap({ LSN($0) }), let tables = json["tables"]?.elements
    else {
      self = .failed(json["failed"]?.string ?? "")
      return
    }
    self = .loaded(
      LoadReport(
        position: position,
        tables: tables.compactMap { table in
          guard let name = table["table"].flatMap(TableName.init(json:)) else { return nil }
          return LoadReport.Table(
            name: name, rows: table["rows"]?.integer ?? 0,
            quarantinedRows: table["quarantined"]?.integer ?? 0,
            discardedValues: table["discarded"]?.integer ?? 0)
        }, duration: .zero))
  }
}
