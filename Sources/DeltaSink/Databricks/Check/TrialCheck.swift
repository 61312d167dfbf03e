import CDCCore

/// One small file through the volume into one table by one MERGE, twice, as a package travels; then all of it goes.
struct TrialCheck {
  let session: DatabricksSession
  let privileges: Privileges
  let report: (CheckFinding) -> Void
  /// Never used before; no name of a file may begin with `_`.
  private let name = "cdc_check_\(String(UniqueName().description.prefix(8)))"

  private var table: String { session.layout.table("_\(name)") }
  private var folder: String { "\(session.layout.volumePath)/\(name)" }
  private static let rows = 3

  func run(hasVolume: Bool) async {
    await stateTables()
    let hasFile = hasVolume ? await file() : false
    let hasTable = await step("table", grants: privileges.writeTables) {
      try await session.execute("CREATE TABLE \(table) (`id` BIGINT, `v` STRING) USING DELTA")
      return "made in \(session.layout.catalog).\(session.layout.schema)"
    }
    if hasFile, hasTable { await merges() }
    await cleanUp(hasVolume: hasVolume, hasFile: hasFile, hasTable: hasTable)
  }

  private func file() async -> Bool {
    await step("file", grants: privileges.useVolume) {
      let bytes = try Self.parquet(spoolDirectory: session.options.spoolDirectory)
      try await session.files.upload("\(folder)/rows.parquet", .bytes(bytes), overwrite: false)
      guard try await session.files.download("\(folder)/rows.parquet") == bytes else {
        throw DatabricksError(.invalidAnswer, "The file came back other than it was sent.")
      }
      return "\(bytes.count) bytes to \(session.layout.volumePath) and back"
    }
  }

  private func merges() async {
    _ = await step("merge", grants: privileges.writeTables + privileges.useVolume) {
      // The second changes nothing, which is what a delivery after a crash relies on.
      for _ in 0..<2 { try await session.execute(merge) }
      let count = try await session.execute("SELECT count(*) AS `n` FROM \(table)").count("n")
      guard count == Self.rows else {
        throw DatabricksError(
          .invalidAnswer, "\(Self.rows) rows were merged twice, and \(count ?? 0) are in the table.")
      }
      return "\(Self.rows) rows read from the file and merged, twice"
    }
  }

  /// Where another principal has created the pipeline's tables, owning new ones is not enough.
  private func stateTables() async {
    let state = session.layout.table(DatabricksLayout.state)
    do {
      try await session.execute("UPDATE \(state) SET `runner` = `runner` WHERE 1 = 0")
      report(CheckFinding("state tables", .ok, "may be written"))
    } catch let error as DatabricksError where error.isMissingPlace {
      report(CheckFinding("state tables", .ok, "the first run makes them"))
    } catch {
      report(failure("state tables", error, privileges.writeTables))
    }
  }

  private var merge: String {
    """
    MERGE INTO \(table) AS t
    USING (SELECT s.c0, s.c1 FROM read_files(\(SQLText.string(folder)), format => 'parquet', \
    schema => 'c0 BIGINT, c1 STRING') AS s) AS s
    ON t.`id` = s.c0
    WHEN MATCHED THEN UPDATE SET `v` = s.c1
    WHEN NOT MATCHED THEN INSERT (`id`, `v`) VALUES (s.c0, s.c1)
    """
  }

  private func step(_ what: String, grants: [String], _ body: () async throws -> String) async -> Bool {
    do {
      report(CheckFinding(what, .ok, try await body()))
      return true
    } catch {
      report(failure(what, error, grants))
      return false
    }
  }

  private func failure(_ what: String, _ error: any Error, _ grants: [String]) -> CheckFinding {
    let isDenied = (error as? DatabricksError)?.code == .permissionDenied
    return CheckFinding(
      what, .failed, DatabricksCheck.reason(error),
      advice: isDenied ? "Let the owner, or an administrator, grant what is needed:" : nil,
      statements: isDenied ? grants : [])
  }

  private func cleanUp(hasVolume: Bool, hasFile: Bool, hasTable: Bool) async {
    do {
      if hasTable { try await session.execute("DROP TABLE IF EXISTS \(table)") }
      // Also of an upload that failed half-way.
      if hasVolume { try await session.files.deleteTree(folder) }
    } catch {
      guard hasFile || hasTable else { return }
      report(
        CheckFinding(
          "clean-up", .remark, DatabricksCheck.reason(error),
          advice: "Remove the trial yourself: the folder \(folder), and the table.",
          statements: hasTable ? ["DROP TABLE IF EXISTS \(table);"] : []))
    }
  }

  private static func parquet(spoolDirectory: String?) throws -> [UInt8] {
    let spool = Spool(directory: spoolDirectory, identity: "check")
    try spool.create()
    let path = spool.newPath()
    let columns = [ParquetColumn(name: "c0", type: .long), ParquetColumn(name: "c1", type: .string)]
    let writer = try ParquetFileWriter(path: path, columns: columns, options: ParquetOptions())
    defer { _ = try? PosixFile.remove(path) }
    var texts = ByteStrings()
    for _ in 0..<rows { texts.append(Array("cdc check".utf8)) }
    try writer.write(
      [
        ColumnVector(count: rows, values: .int64((0..<rows).map { Int64($0) })),
        ColumnVector(count: rows, values: .bytes(texts)),
      ], rowCount: rows)
    _ = try writer.close()
    guard let bytes = try PosixFile.read(path) else {
      throw DeltaError(.fileSystem, "The trial file is gone before it was read.", path: path)
    }
    return bytes
  }
}
