/// Masks from the source to the lake: what another engine finds there, and what becomes of masks that change.
import CDCCore
import TestSupport
import Testing

@Suite struct MaskRunTests {
  private static let name = TableName(schema: "public", name: "t")

  private func resources(_ masks: [String: ColumnMask]) -> ResourceList {
    let hints = ResourceHints(columns: masks.mapValues { ColumnHint(mask: $0) })
    return ResourceList([Resource("t", hints: hints)])
  }

  /// One hash a row, in PostgreSQL and in the lake.
  private func expectHashed(
    _ run: EndToEnd, _ column: String, salt: String, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let expected = try await run.database.psql(
      "SELECT encode(sha256(convert_to('\(salt)' || \(column), 'UTF8')), 'hex') || ' ' || n FROM t ORDER BY 1"
    ).split(separator: "\n").map { "[\"\($0)\"]" }
    let found = try await run.query("SELECT \(column) || ' ' || n FROM t ORDER BY 1", table: "t")
    #expect(found == expected, sourceLocation: sourceLocation)
  }

  @Test(arguments: [(WriteDisposition.merge, Place.lake), (.scd2, .lake), (.merge, .databricks)])
  func aMaskedKeyStillMergesItsRows(_ disposition: WriteDisposition, _ place: Place) async throws {
    try await withEndToEnd(place) { run in
      var resources = resources(["mail": .sha256(salt: MaskSalt("a"))])
      resources.resources[0].hints.writeDisposition = disposition
      try await run.database.psql(
        """
        CREATE TABLE t (mail text PRIMARY KEY, n int, big text); ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
        INSERT INTO t SELECT 'm' || i, i, repeat('x', 3000) FROM generate_series(1, 6) i
        """)
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(
        """
        UPDATE t SET n = 10 WHERE mail = 'm1'; DELETE FROM t WHERE mail = 'm2'; UPDATE t SET mail = 'm30' WHERE mail = 'm3';
        BEGIN; UPDATE t SET mail = 'x' WHERE mail = 'm4'; UPDATE t SET mail = 'm4' WHERE mail = 'm5';
        UPDATE t SET mail = 'm5' WHERE mail = 'x'; COMMIT; INSERT INTO t VALUES ('m2', 22, NULL)
        """)
      try await run.pipeline(resources).capture()
      #expect(try await run.pipeline(resources).verify().isEqual)
      if disposition == .merge { try await expectHashed(run, "mail", salt: "a") }
    }
  }

  @Test(arguments: Place.allCases)
  func aMaskThatIsSetLaterHasTheTableLoadedAgain(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(
        "CREATE TABLE t (n int PRIMARY KEY, mail text); INSERT INTO t VALUES (1, 'ann'), (2, 'bob')")
      try await run.pipeline(resources([:])).fullLoad()
      for salt in ["a", "b"] {
        let masked = resources(["mail": .sha256(salt: MaskSalt(salt))])
        #expect(try await run.pipeline(masked).capture().resynced == [Self.name])
        try await expectHashed(run, "mail", salt: salt)
        try await run.database.psql("INSERT INTO t SELECT max(n) + 1, 'cid' FROM t")
        #expect(try await run.pipeline(masked).capture().resynced.isEmpty)
        try await expectHashed(run, "mail", salt: salt)
      }
    }
  }

  @Test func aMaskedColumnThatIsRenamedStopsTheRunUntilItsMaskHasTheNewName() async throws {
    try await withEndToEnd { run in
      let mask = ColumnMask.sha256(salt: MaskSalt("a"))
      try await run.database.psql(
        "CREATE TABLE t (n int PRIMARY KEY, mail text); INSERT INTO t VALUES (1, 'ann')")
      try await run.pipeline(resources(["mail": mask])).fullLoad()
      try await run.database.psql("ALTER TABLE t RENAME mail TO address; UPDATE t SET address = 'bob'")
      let error = await #expect(throws: CDCError.self) {
        try await run.pipeline(resources(["mail": mask])).capture()
      }
      #expect(error?.code == .configuration && error?.message.contains("is called address now") == true)
      let renamed = resources(["address": mask])
      #expect(try await run.pipeline(renamed).capture().resynced.isEmpty)
      try await expectHashed(run, "address", salt: "a")
    }
  }
}
