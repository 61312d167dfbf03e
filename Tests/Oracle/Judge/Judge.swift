/// Asks other engines what the lake holds, PostgreSQL what it should hold, and its decoding plugin `test_decoding`, which
/// shares no code with pgoutput's readers, what happened in between.
import CDCCore
import Foundation
import TestSupport

final class Judge: Sendable {
  struct Verdict: Decodable, Sendable {
    struct Difference: Decodable, Sendable {
      var about: String
      var text: String
    }
    var differences: [Difference]
    var comparisons: Int
    var changes: Int
    var transactions: Int
  }

  private let database: TestDatabase
  private let tables: [Script.TableSpec]
  private let lake: any Lake
  private let files: TemporaryDirectory

  init(database: TestDatabase, tables: [Script.TableSpec], lake: any Lake) throws {
    self.database = database
    self.tables = tables
    self.lake = lake
    files = try TemporaryDirectory()
  }

  private var slot: String { "history_\(database.name)" }

  /// To be called before the first table is made: the history begins here.
  func begin() async throws {
    try await database.psql(Self.shapes)
    try await database.psql("SELECT pg_create_logical_replication_slot('\(slot)', 'test_decoding')")
    try Data().write(to: URL(fileURLWithPath: files.path("history")))
  }

  /// To be called at a quiet point, when the lake should have caught up.
  func compare(_ loads: RecordedLoads, check: Int) async throws -> Verdict {
    try await readHistory()
    var request = Request(history: files.path("history"), roots: try await roots(), check: check, tables: [])
    for table in tables {
      let copy = files.path("rows_\(request.tables.count)")
      let columns = try await copyOut("public." + TableModel.quoted(table.name), in: database, to: copy)
      request.tables.append(
        Request.Table(
          name: table.name, disposition: table.disposition?.rawValue, path: try lake.path(of: table.name),
          loads: loads.of(table.name).map { $0.map { [$0.position.rawValue, $0.cut?.rawValue] } },
          columns: columns, copy: copy))
    }
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
    let argument = String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
    let answer = try await LakeReader.python(
      """
      import sys, json
      if args[0] not in sys.path: sys.path.insert(0, args[0])
      import judge
      result = judge.check(json.loads(args[1]))
      """, arguments: [folder, argument])
    return try JSONDecoder().decode(Verdict.self, from: Data(answer.utf8))
  }

  private func readHistory() async throws {
    let new = files.path("new")
    try await database.psql(
      """
      SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'iso_8601'; SET bytea_output = 'hex';
      SET extra_float_digits = 1;
      \\copy (SELECT lsn, data FROM pg_logical_slot_get_changes('\(slot)', NULL, NULL, 'include-timestamp', '1')) TO '\(new)'
      """)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: files.path("history")))
    defer { try? file.close() }
    try file.seekToEnd()
    try file.write(contentsOf: try Data(contentsOf: URL(fileURLWithPath: new)))
  }

  /// The partitioned table of each partition.
  private func roots() async throws -> [String: String] {
    let json = try await database.psql(
      """
      SELECT coalesce(json_object_agg(c.relname, r.relname), '{}') FROM pg_class c
      JOIN pg_class r ON r.oid = pg_partition_root(c.oid) WHERE c.relispartition AND c.relkind = 'r'
      """)
    return try JSONDecoder().decode([String: String].self, from: Data(json.utf8))
  }

  private struct Request: Encodable {
    var history: String
    var roots: [String: String]
    var check: Int
    var tables: [Table]

    struct Table: Encodable {
      var name: String
      /// Nil: left to the pipeline.
      var disposition: String?
      var path: String
      /// Accounts of what may have been, each of loads as position and cut.
      var loads: [[[UInt64?]]]
      var columns: String
      var copy: String
    }
  }
}
