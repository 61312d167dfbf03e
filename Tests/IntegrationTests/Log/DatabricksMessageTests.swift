/// Messages on Databricks: a table of the dataset, made with its first row, appended to once.
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
}
