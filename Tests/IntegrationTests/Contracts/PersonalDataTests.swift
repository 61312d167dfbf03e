/// What hints hide or leave out is nowhere at the destination: not in a table, a log of changes, the quarantine, nor in a file that
/// was written on the way.
import CDCCore
import DeltaSink
import TestSupport
import Testing

@Suite struct PersonalDataTests {
  private static let salt = MaskSalt("pfeffer")

  private func resources(_ disposition: WriteDisposition) -> ResourceList {
    let hints = ResourceHints(
      writeDisposition: disposition,
      columns: [
        "mail": ColumnHint(mask: .sha256(salt: Self.salt)), "name": ColumnHint(mask: .constant("hidden")),
        "born": ColumnHint(mask: .null), "photo": ColumnHint(isIncluded: false),
        "notes": ColumnHint(mask: .sha256(salt: Self.salt)),
        "n": ColumnHint(type: .decimal(precision: 6, scale: 2)),
      ], contract: SchemaContract(dataType: .discardRow))
    return ResourceList([Resource("public.person", hints: hints)])
  }

  /// Every value is of one word, "secret", or of one date.
  private static let table = """
    CREATE TABLE person (mail text PRIMARY KEY, name varchar(30) NOT NULL, born date, photo bytea, notes text, n numeric);
    ALTER TABLE person ALTER notes SET STORAGE EXTERNAL, ALTER photo SET STORAGE EXTERNAL;
    INSERT INTO person SELECT 'secret' || i, 'secret ' || i, '1987-06-05', convert_to(repeat('secret', 900), 'UTF8'),
      repeat('secret', 900), i FROM generate_series(1, 9) i;
    INSERT INTO person VALUES ('secret99', 'secret', '1987-06-05', 'secret', 'secret', 'NaN');
    """

  private static let changes = """
    INSERT INTO person VALUES ('secret20', 'secret', '1987-06-05', 'secret', 'secret', 2), ('secret21', 'secret', NULL, NULL, NULL, 'NaN');
    UPDATE person SET name = 'secret again', n = n + 1 WHERE mail = 'secret1'; UPDATE person SET notes = 'secret' WHERE mail = 'secret2';
    UPDATE person SET mail = 'secret30' WHERE mail = 'secret3'; UPDATE person SET mail = 'secret40', notes = 'secret' WHERE mail = 'secret4';
    DELETE FROM person WHERE mail = 'secret5'; UPDATE person SET n = 'NaN' WHERE mail = 'secret6'; DELETE FROM person WHERE mail = 'secret99';
    """

  @Test(arguments: [WriteDisposition.merge, .append, .scd2], ["DEFAULT", "FULL"])
  func isNowhereUnmasked(_ disposition: WriteDisposition, _ identity: String) async throws {
    try await withEndToEnd { run in
      let resources = resources(disposition)
      try await run.database.psql(Self.table + "ALTER TABLE person REPLICA IDENTITY \(identity)")
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(Self.changes)
      try await run.pipeline(resources, limits: BatchLimits(rows: 2)).capture()
      // Of a key that changes an appended table has no more than the log carries.
      if disposition != .append || identity == "FULL" {
        #expect(try await run.pipeline(resources).verify().isEqual)
      }
      let found = try await LakeReader.python(
        """
        import glob, os, pyarrow.parquet
        found, files = [], 0
        for path in glob.glob(args[0] + "/**", recursive=True, include_hidden=True):
            if os.path.isdir(path):
                continue
            files += 1
            text = open(path, "rb").read().decode("latin1")
            if path.endswith(".parquet"):
                text += str(pyarrow.parquet.ParquetFile(path).read().to_pylist())
            found += [word + " in " + path for word in ("secret", "1987-06", "datetime.date(", "pfeffer", "photo") if word in text]
        result = "\\n".join(found) if files > 10 else "only %d files" % files
        """, arguments: [run.lake.path])
      #expect(found == "\"\"" || found.isEmpty, "\(found)")
      let rows = try await run.texts(
        """
        SELECT DISTINCT concat_ws('|', name, coalesce(born::text, 'null'), length(mail)) FROM t WHERE name IS NOT NULL
        """, path: run.path("person"))
      #expect(rows == ["hidden|null|64"])
    }
  }

  @Test func isTheSameInPostgreSQLsOwnWords() async throws {
    try await withEndToEnd { run in
      let resources = resources(.merge)
      try await run.database.psql(Self.table)
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(Self.changes)
      try await run.pipeline(resources).capture()
      func hash(_ column: String) -> String {
        "encode(sha256(convert_to('pfeffer' || \(column), 'UTF8')), 'hex')"
      }
      let wanted = try await run.database.psql(
        "SELECT concat_ws('|', \(hash("mail")), \(hash("notes")), n::numeric(6,2)) FROM person WHERE n <> 'NaN'"
      )
      let found = try await run.texts(
        "SELECT concat_ws('|', mail, notes, n) FROM t", path: run.path("person"))
      #expect(found.sorted() == wanted.split(separator: "\n").map(String.init).sorted())
      let names = try await run.destination().schema(of: TableName(schema: "public", name: "person"))?.columns
      #expect(names?.map(\.name) == ["mail", "name", "born", "notes", "n"])
    }
  }
}
