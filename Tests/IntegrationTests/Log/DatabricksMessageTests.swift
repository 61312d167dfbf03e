/// Messages on Databricks: a table of the dataset, made with its first row, appended to once.
import CDCCore
import PGWire
import TestSupport
import Testing

@Suite struct DatabricksMessageTests {
  @Test func messagesAreATableOfTheDataset() async throws {
    try await withDatabricksCommand { run in
      let settings = ["CDC_MESSAGES": "order.*", "CDC_IGNORE_DELETES": "purge"]
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3)")
      try await run.cdcSucceeds(["run", "--mode", "full_load"], environment: settings)
      try await run.database.psql(
        """
        SELECT pg_logical_emit_message(false, 'order.sent', '\\xff00'::bytea);
        BEGIN; SELECT pg_logical_emit_message(true, 'purge', ''); SELECT pg_logical_emit_message(true, 'order.paid', 'Grüße');
        DELETE FROM t WHERE id = 1; COMMIT; DELETE FROM t WHERE id = 2
        """)
      try await run.cdcSucceeds(["run", "--mode", "cdc"], environment: settings)
      try await run.database.psql(
        "SELECT pg_logical_emit_message(true, 'order.paid', 'again'); INSERT INTO t VALUES (4)")
      try await run.cdcSucceeds(["run", "--mode", "cdc"], environment: settings)
      let folder = { run.double.tableFolder(catalog: run.double.catalog, schema: run.schema, table: $0) }
      let rows = try await LakeReader.query(
        "SELECT transactional, prefix, hex(content), text, _cdc_xid IS NULL FROM m ORDER BY _cdc_lsn, _cdc_sequence",
        tables: ["m": folder("_cdc_messages")])
      #expect(
        rows == [
          "[false,\"order.sent\",\"FF00\",null,true]",
          "[true,\"order.paid\",\"4772C3BCC39F65\",\"Grüße\",false]",
          "[true,\"order.paid\",\"616761696E\",\"again\",false]",
        ])
      let ids = try await LakeReader.query("SELECT id FROM t ORDER BY id", tables: ["t": folder("t")])
      #expect(ids == ["[1]", "[3]", "[4]"])
    }
  }

  /// A runner dies behind the seal, between the tables and before the checkpoint, each time in the recovery from the one before.
  @Test func messagesComeOnceThroughCrashes() async throws {
    try await withEndToEnd(.databricks) { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      try await run.pipeline().fullLoad()
      func write(_ i: Int) async throws {
        try await run.database.psql(
          """
          SELECT pg_logical_emit_message(false, 'm', '\(i) alone');
          BEGIN; INSERT INTO t VALUES (\(i)); SELECT pg_logical_emit_message(true, 'm', '\(i)'); COMMIT;
          BEGIN; SELECT pg_logical_emit_message(true, 'm', 'never'); ROLLBACK
          """)
      }
      let stages: [DeliveryStage] = [.beforeTableCommit, .afterTableCommit, .beforeCheckpoint]
      for (number, stage) in stages.enumerated() {
        try await write(number)
        let faults = FaultPlan()
        faults.arm(stage)
        await #expect(throws: InjectedFault.self) {
          try await run.pipeline(destination: run.destination(faults), retry: .never) { $0.messages = ["*"] }
            .capture()
        }
      }
      try await write(stages.count)
      try await run.pipeline { $0.messages = ["*"] }.capture()
      let expected = (0...stages.count).flatMap { ["[\"\($0) alone\"]", "[\"\($0)\"]"] }
      #expect(try await run.messages("SELECT text FROM t ORDER BY _cdc_lsn, _cdc_sequence") == expected)
      try await run.expectEqual("t")
    }
  }
}
