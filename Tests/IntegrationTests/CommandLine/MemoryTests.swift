/// Memory is bounded by settings, not by the size of a table, of a backlog or of a transaction.
import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct MemoryTests {
  private static let limit = 300 << 20

  @Test func doesNotGrowWithTheTable() async throws {
    var peaks: [Int] = []
    for rows in [150_000, 600_000] {
      try await withEndToEnd { run in
        try await run.database.psql(
          "CREATE TABLE t (id int PRIMARY KEY, a text, b numeric(12, 2), c timestamptz)")
        try await run.database.psql(
          "INSERT INTO t SELECT i, md5(i::text) || md5((i + 1)::text), i, now() FROM generate_series(1, \(rows)) i"
        )
        peaks.append(try await peak(of: ["run", "--mode", "full_load"], in: run))
        #expect(try await run.query("SELECT count(*) FROM t", table: "t") == ["[\(rows)]"])
      }
    }
    #expect(peaks[1] < Self.limit && peaks[1] < peaks[0] + (64 << 20), "\(peaks)")
  }

  /// The same number of changes in many transactions, and in one that is larger than any limit.
  @Test(arguments: [1000, 0])
  func doesNotGrowWithTheBacklog(transaction size: Int) async throws {
    var peaks: [Int] = []
    for changes in [60_000, 240_000] {
      try await withEndToEnd { run in
        try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY, a text)")
        _ = try await run.cdcSucceeds(["run", "--mode", "full_load"])
        let commit = size == 0 ? "" : "IF i % \(size) = 0 THEN COMMIT; END IF;"
        try await run.database.psql(
          """
          DO $$ BEGIN FOR i IN 1..\(changes) LOOP
            INSERT INTO t VALUES (i, md5(i::text) || md5((i + 1)::text) || md5((i + 2)::text)); \(commit)
          END LOOP; END $$
          """)
        peaks.append(try await peak(of: ["run", "--mode", "cdc"], in: run))
        #expect(try await run.query("SELECT count(*) FROM t", table: "t") == ["[\(changes)]"])
      }
    }
    #expect(peaks[1] < Self.limit && peaks[1] < peaks[0] + (64 << 20), "\(peaks)")
  }

  /// The most resident memory that the command had at any time, in bytes.
  private func peak(of arguments: [String], in run: EndToEnd) async throws -> Int {
    let command = try CdcCommand.command(arguments + run.flags, in: run.lake).start()
    var peak = 0
    while command.isRunning {
      let status = (try? String(contentsOfFile: "/proc/\(command.processID)/status", encoding: .utf8)) ?? ""
      let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
      peak = max(peak, (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10)
      try await Task.sleep(for: .milliseconds(20))
    }
    let outcome = try await command.outcome()
    #expect(outcome.status == 0, "\(outcome.errorOutput)")
    return peak
  }
}
