/// What `pg_logical_emit_message` writes, as rows of `_cdc_messages`: all of it, once, in order, and nothing that was undone.
import CDCCore
import DeltaSink
import Synchronization
import PGWire
import TestSupport
import Testing

@Suite struct LogicalMessageTests {
  private struct Crash: Error {}

  @Test func carriesPositionPrefixContentAndTextOfEachKind() async throws {
    try await withEndToEnd { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      try await run.pipeline().fullLoad()
      let positions = try await run.database.psql(
        """
        SELECT pg_logical_emit_message(true, 'order.paid', 'Grüße 𝄞') - '0/0';
        SELECT pg_logical_emit_message(false, 'order.sent', '\\x00ff80'::bytea) - '0/0';
        SELECT pg_logical_emit_message(true, 'audit', '') - '0/0';
        SELECT pg_logical_emit_message(true, 'noise', 'not asked for') - '0/0';
        SELECT pg_logical_emit_message(false, 'noise', 'not asked for') - '0/0';
        """
      ).split(separator: "\n")
      let report = try await run.pipeline { $0.messages = ["order.*", "audit"] }.capture()
      #expect(report.changes == [.messages: 3])
      #expect(
        try await run.messages(
          "SELECT pipeline == '\(run.name)', lsn, transactional, prefix, hex(content), text, _cdc_op FROM t ORDER BY _cdc_lsn, _cdc_sequence"
        )
          == [
            "[true,\(positions[0]),true,\"order.paid\",\"4772C3BCC39F6520F09D849E\",\"Grüße 𝄞\",\"c\"]",
            "[true,\(positions[1]),false,\"order.sent\",\"00FF80\",null,\"c\"]",
            "[true,\(positions[2]),true,\"audit\",\"\",\"\",\"c\"]",
          ])
      // What is of no transaction has none of its attributes.
      #expect(
        try await run.messages(
          """
          SELECT _cdc_xid IS NOT NULL, _cdc_commit_time > now() - INTERVAL 1 HOUR, _cdc_lsn < lsn FROM t ORDER BY lsn
          """) == ["[true,true,false]", "[false,null,true]", "[true,true,false]"])
    }
  }

  @Test func carriesTheTransactionOfItsChanges() async throws {
    try await withEndToEnd { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      let resources = ResourceList([Resource("t", hints: ResourceHints(writeDisposition: .append))])
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(
        """
        BEGIN; INSERT INTO t VALUES (1); SELECT pg_logical_emit_message(true, 'of', '1');
        INSERT INTO t VALUES (2); SELECT pg_logical_emit_message(true, 'of', '1'); COMMIT;
        BEGIN; SELECT pg_logical_emit_message(true, 'of', '3'); INSERT INTO t VALUES (3); COMMIT
        """)
      try await run.pipeline(resources) { $0.messages = ["*"] }.capture()
      let rows = try await LakeReader.query(
        """
        SELECT DISTINCT m.text, t.id FROM m JOIN t ON t._cdc_lsn = m._cdc_lsn AND t._cdc_xid = m._cdc_xid
          AND t._cdc_commit_time = m._cdc_commit_time ORDER BY id
        """, tables: ["t": run.path("t"), "m": run.lake.path("_cdc_messages")])
      #expect(rows == ["[\"1\",1]", "[\"1\",2]", "[\"3\",3]"])
      #expect(try await run.messages("SELECT _cdc_sequence FROM t ORDER BY lsn") == ["[0]", "[1]", "[0]"])
    }
  }

  /// Also in transactions that are large enough to be streamed while they are in progress.
  @Test(arguments: [10, 20_000]) func leavesOutWhatIsRolledBack(rows: Int) async throws {
    let server = try await PostgresServer.start(settings: ["logical_decoding_work_mem": "64kB"])
    try await withEndToEnd(server: server) { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        BEGIN; SELECT pg_logical_emit_message(true, 'no', 'whole'); SELECT pg_logical_emit_message(false, 'yes', '1');
        INSERT INTO t SELECT generate_series(1, \(rows)); SELECT pg_logical_emit_message(true, 'no', 'whole'); ROLLBACK;
        BEGIN; SELECT pg_logical_emit_message(true, 'yes', '2'); INSERT INTO t SELECT generate_series(1, \(rows));
        SAVEPOINT s; INSERT INTO t SELECT generate_series(100001, 100000 + \(rows));
        SELECT pg_logical_emit_message(true, 'no', 'part'); INSERT INTO t SELECT generate_series(200001, 200000 + \(rows));
        ROLLBACK TO s; INSERT INTO t SELECT generate_series(300001, 300000 + \(rows));
        SELECT pg_logical_emit_message(true, 'yes', '3'); COMMIT;
        """)
      try await run.pipeline { $0.messages = ["*"] }.capture()
      #expect(
        try await run.messages("SELECT prefix, text FROM t ORDER BY _cdc_lsn, _cdc_sequence")
          == ["[\"yes\",\"1\"]", "[\"yes\",\"2\"]", "[\"yes\",\"3\"]"])
      try await run.expectEqual("t")
    }
  }

  /// Packages of one change, each delivery cut off somewhere: between the tables, before the checkpoint, after it.
  @Test func comesExactlyOnceThroughCrashes() async throws {
    try await withEndToEnd { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      try await run.pipeline().fullLoad()
      for i in stride(from: 1, through: 12, by: 4) {
        try await run.database.psql(
          """
          SELECT pg_logical_emit_message(false, 'm', '\(i)');
          BEGIN; INSERT INTO t VALUES (\(i)); SELECT pg_logical_emit_message(true, 'm', '\(i + 1)');
          SELECT pg_logical_emit_message(false, 'm', 'within \(i)'); COMMIT;
          SELECT pg_logical_emit_message(true, 'm', '\(i + 2)'); SELECT pg_logical_emit_message(false, 'm', '\(i + 3)')
          """)
      }
      // A package of two tables passes six stages: crashes must be rarer for it to be delivered at last.
      let passed = Atomic(0)
      var options = LocalDeltaOptions()
      options.onStage = { _ in
        if passed.add(1, ordering: .relaxed).newValue % 7 == 3 { throw Crash() }
      }
      let destination = LocalDeltaDestination(root: run.lake.path, options: options)
      var crashes = 0
      while crashes < 100 {
        do {
          try await run.pipeline(limits: BatchLimits(rows: 1), destination: destination, retry: .never) {
            $0.messages = ["*"]
          }.capture()
          break
        } catch is Crash { crashes += 1 }
      }
      #expect(crashes > 3 && crashes < 100)
      // A message that is not transactional stands in the log where it was written: before the commit around it.
      let expected = stride(from: 1, through: 12, by: 4).flatMap { i in
        ["\(i)", "within \(i)", "\(i + 1)", "\(i + 2)", "\(i + 3)"].map { "[\"\($0)\"]" }
      }
      #expect(try await run.messages("SELECT text FROM t ORDER BY _cdc_lsn, _cdc_sequence") == expected)
      try await run.expectEqual("t")
    }
  }

  @Test func arrivesAndMovesTheSlotWhereNothingElseIsWritten() async throws {
    let server = try await PostgresServer.start()
    try await withEndToEnd(server: server) { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      try await run.pipeline().fullLoad()
      let capture = Task {
        try await run.pipeline(limits: BatchLimits(delay: .milliseconds(50))) { $0.messages = ["*"] }
          .capture(until: .never)
      }
      let position = try await run.database.psql(
        "SELECT pg_logical_emit_message(false, 'alone', 'x'), pg_switch_wal() IS NULL"
      )
      .split(separator: "|")[0]
      let confirmed = try await eventually {
        try await run.database.psql(
          "SELECT confirmed_flush_lsn >= '\(position)' FROM pg_replication_slots WHERE database = '\(run.database.name)'"
        ) == "t"
      }
      #expect(confirmed)
      capture.cancel()
      _ = await capture.result
      #expect(try await run.messages("SELECT text FROM t") == ["[\"x\"]"])
    }
  }

  @Test func isNeitherVerifiedNorRemovedNorLoadedAgain() async throws {
    try await withEndToEnd { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      try await run.pipeline().fullLoad()
      try await run.database.psql("SELECT pg_logical_emit_message(true, 'a', '1'); INSERT INTO t VALUES (1)")
      try await run.pipeline { $0.messages = ["*"] }.capture()
      try await run.database.psql("SELECT pg_logical_emit_message(false, 'a', '2'); INSERT INTO t VALUES (2)")
      let report = try await run.pipeline { $0.messages = ["*"] }.verify()
      #expect(report.isEqual)
      #expect(report.tables.map(\.table.name) == ["t"])
      // Asked for no more, and tables that are gone are dropped: not this one.
      try await run.database.psql("SELECT pg_logical_emit_message(false, 'a', '3'); INSERT INTO t VALUES (3)")
      let later = try await run.pipeline(removedTables: .drop) { _ in }.capture()
      #expect(later.resynced.isEmpty)
      try await run.pipeline { $0.messages = ["*"] }.reload()
      try await run.database.psql("SELECT pg_logical_emit_message(true, 'a', '4')")
      try await run.pipeline { $0.messages = ["*"] }.capture()
      #expect(try await run.messages("SELECT text FROM t ORDER BY lsn") == ["[\"1\"]", "[\"2\"]", "[\"4\"]"])
      try await run.expectEqual("t")
    }
  }
}
