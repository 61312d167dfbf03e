/// Asks other people's engines what a Delta table or a Parquet file holds. They are Python packages; one
/// long-lived worker answers for the whole test process, one question at a time.
import Foundation

public enum LakeReader {
  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  /// All rows of a Delta table.
  ///
  /// - Parameter version: nil is the latest.
  public static func read(
    delta path: String, engine: Engine, version: Int? = nil
  ) async throws -> EngineTable {
    try await ask(
      Question(operation: "read", engine: engine, format: "delta", path: path, version: version))
  }

  /// All rows of a Parquet file.
  ///
  /// - Parameter sorted: false keeps the file's order.
  public static func read(
    parquet path: String, engine: Engine, sorted: Bool = true
  ) async throws -> EngineTable {
    try await ask(
      Question(operation: "read", engine: engine, format: "parquet", path: path, sorted: sorted))
  }

  /// The rows of a SQL query of duckdb's over Delta tables, in the query's order.
  ///
  /// - Parameter tables: paths, by the names under which the query knows them.
  public static func query(_ sql: String, tables: [String: String]) async throws -> [String] {
    let answer: EngineTable = try await ask(Question(operation: "query", sql: sql, tables: tables))
    return answer.rows
  }

  /// Runs Python of the test's own; returns the JSON of what it leaves in the variable `result`.
  /// It finds `arguments` as the list `args`, and the modules `engines` and `compare`.
  public static func python(_ source: String, arguments: [String] = []) async throws -> String {
    struct Answer: Decodable { var result: String }
    let answer: Answer = try await ask(
      Question(operation: "script", source: source, arguments: arguments))
    return answer.result
  }

  struct Question: Encodable {
    var operation: String
    var engine: Engine.RawValue?
    var format: String?
    var path: String?
    var version: Int?
    var sorted: Bool?
    var sql: String?
    var tables: [String: String]?
    var source: String?
    var arguments: [String]?
    var columns: String?
    var copy: String?

    init(
      operation: String, engine: Engine? = nil, format: String? = nil, path: String? = nil,
      version: Int? = nil, sorted: Bool? = nil, sql: String? = nil, tables: [String: String]? = nil,
      source: String? = nil, arguments: [String]? = nil, columns: String? = nil, copy: String? = nil
    ) {
      self.operation = operation
      self.engine = engine?.rawValue
      self.format = format
      self.path = path
      self.version = version
      self.sorted = sorted
      self.sql = sql
      self.tables = tables
      self.source = source
      self.arguments = arguments
      self.columns = columns
      self.copy = copy
    }
  }

  static func ask<Answer: Decodable>(_ question: Question) async throws -> Answer {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    let line = String(decoding: try encoder.encode(question), as: UTF8.self)
    guard let answer = try await worker.value.ask(line) else {
      throw Failure(description: "the Python worker ended while it answered \(line.prefix(500))")
    }
    let data = Data(answer.utf8)
    if let error = try JSONDecoder().decode(Refusal.self, from: data).error {
      throw Failure(description: error)
    }
    return try JSONDecoder().decode(Answer.self, from: data)
  }

  private struct Refusal: Decodable { var error: String? }

  private static let worker = Task {
    let support = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let package = support.deletingLastPathComponent().deletingLastPathComponent()
    let python =
      ProcessInfo.processInfo.environment["CDC_PYTHON"]
      ?? package.appendingPathComponent(".venv/bin/python").path
    guard FileManager.default.isExecutableFile(atPath: python) else {
      throw Failure(description: "there is no \(python): `make setup` makes it, or name one in CDC_PYTHON")
    }
    return try Conversation(
      python, ["-B", support.appendingPathComponent("Python/worker.py").path])
  }
}
