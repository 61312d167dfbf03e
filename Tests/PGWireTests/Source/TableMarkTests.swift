import CDCCore
import Testing

@testable import PGWire

/// What a table is known by survives being written down, and tells harmless changes from others.
@Suite struct TableMarkTests {
  private static let labels = ["sad", "ok"]

  private func table(_ change: (inout CatalogTable) -> Void = { _ in }) -> CatalogTable {
    var table = CatalogTable(
      oid: 16384, schema: "public", name: "t", kind: "r", isPartition: false, persistence: "p",
      replicaIdentity: "d", primaryKey: [1], identityIndex: [],
      columns: [
        CatalogColumn(
          number: 1, name: "id", type: 23, typmod: -1, isNotNull: true, isGenerated: false,
          typeName: "integer",
          version: "730"),
        CatalogColumn(
          number: 3, name: "m", type: 25, typmod: -1, isNotNull: false, isGenerated: false, typeName: "text",
          version: "731", labels: Self.labels),
      ])
    (table.highestNumber, table.heaps, table.membership) = (3, [16384: 16390], "16400")
    change(&table)
    return table
  }

  private func schema(_ table: CatalogTable) throws -> TableSchema {
    try TableLayout(table, types: TypeMap(), hints: ResourceHints()).schema
  }

  private func drift(_ change: (inout CatalogTable) -> Void) throws -> TableDrift {
    let now = table(change)
    return TableDrift(from: try schema(table()), to: try schema(now), now)
  }

  @Test func aMarkSurvivesBeingWrittenDown() {
    let mark = TableMark(
      table { table in
        (table.attached, table.publicationVersions) = ([5, 7], "733 740")
        table.columns[1].attributes = "16390.1 16390.2"
      })
    #expect(TableMark(mark.text) == mark)
    #expect(TableMark("something else") == nil)
    #expect(TableMark("oid=x;columns=1;published=;heaps=;versions=") == nil)
  }

  @Test func whatDoesNoHarmIsFollowed() throws {
    #expect(try drift { _ in }.reason == nil)
    #expect(try drift { $0.heaps = [16384: 16999] }.reason == nil)
    #expect(try drift { $0.columns[1].version = "900" }.reason == nil)
    #expect(try drift { $0.columns[1].labels.append("glad") }.reason == nil)
    let renamed = try drift { $0.columns[1].name = "n" }
    #expect(renamed.reason == nil && renamed.changes == ["column m is called n now"])
  }

  @Test func whatMayHaveChangedRowsIsLoaded() throws {
    #expect(try drift { $0.oid = 16999 }.reason != nil)
    #expect(try drift { $0.membership = "16401" }.reason != nil)
    #expect(try drift { ($0.heaps, $0.columns[1].version) = ([16384: 1], "900") }.reason != nil)
    #expect(try drift { $0.columns[1].labels = ["sad", "fine"] }.reason != nil)
    #expect(try drift { $0.columns[1].type = 20 }.reason != nil)
    #expect(try drift { $0.columns[1].number = 2 }.reason != nil)
    #expect(try drift { $0.primaryKey = [1, 3] }.reason != nil)
  }

  /// What an older version has written down says nothing of what came later, and so asks for no load.
  @Test func aMarkOfAnOlderVersionAsksForNothing() throws {
    let now = table { table in
      table.publicationVersions = "733"
      table.columns[1].attributes = "16390.1 16390.2"
    }
    #expect(TableDrift(from: try schema(table()), to: try schema(now), now).reason == nil)
    func reason(_ change: (inout CatalogTable) -> Void) throws -> String? {
      var later = now
      change(&later)
      return TableDrift(from: try schema(now), to: try schema(later), later).reason
    }
    #expect(try reason { _ in } == nil)
    #expect(try reason { $0.publicationVersions = "734" } != nil)
    #expect(try reason { $0.publicationVersions = "" } == nil)
    #expect(try reason { $0.columns[1].attributes = "16390.1 16390.3" } != nil)
  }

  @Test func typesThatPrintAlikeAreFollowed() throws {
    func isLoaded(_ one: String, _ other: String, version: String = "900") throws -> Bool {
      let before = table { $0.columns[1].typeName = one }
      let after = table { table in
        (table.columns[1].typeName, table.columns[1].version) = (other, version)
      }
      return TableDrift(from: try schema(before), to: try schema(after), after).reason != nil
    }
    for (one, other) in [
      ("character varying(10)", "text"), ("text", "bpchar"), ("bit(3)", "bit varying"), ("text", "citext"),
      ("timestamp(3) without time zone", "timestamp without time zone"), ("numeric(50,2)", "numeric"),
      ("interval day to second(0)", "interval"), ("character varying(3)[]", "character varying(9)[]"),
    ] { #expect(try !isLoaded(one, other), "\(one) to \(other)") }
    for (one, other) in [
      ("cidr", "inet"), ("regproc", "regprocedure"), ("xml", "text"), ("text", "email"),
      ("timestamp without time zone", "timestamp with time zone"), ("interval_a", "interval_b"),
      ("\"a(1)\"", "\"a(2)\""),
    ] { #expect(try isLoaded(one, other), "\(one) to \(other)") }
    // The type has another name, the column is as it was.
    #expect(try !isLoaded("mood", "humour", version: "731"))
  }

  @Test func aFrozenContractNamesEachChange() throws {
    let drift = try drift { table in
      table.columns[0].name = "key"
      table.columns.remove(at: 1)
    }
    #expect {
      try drift.check(SchemaContract(columns: .freeze), table: TableName(schema: "public", name: "t"))
    } throws: { error in
      guard let error = error as? CDCError else { return false }
      return error.code == .schemaContract && error.message.contains("column id is called key now")
        && error.message.contains("column m is gone")
    }
  }

  @Test func aMaskThatIsAnotherAsksForALoadAndOneThatARenameTakesAwayStops() throws {
    func schema(_ name: String, _ mask: ColumnMask?, under maskedName: String = "m") throws -> TableSchema {
      let hints = ResourceHints(columns: [maskedName: ColumnHint(mask: mask)])
      return try TableLayout(table { $0.columns[1].name = name }, types: TypeMap(), hints: hints).schema
    }
    func drift(_ now: TableSchema) throws -> TableDrift {
      TableDrift(from: try schema("m", .sha256(salt: MaskSalt("a"))), to: now, table())
    }
    let name = TableName(schema: "public", name: "t")
    #expect(try drift(schema("m", .sha256(salt: MaskSalt("a")))).reason == nil)
    #expect(try drift(schema("m", .sha256(salt: MaskSalt("b")))).reason == "column m has another mask now")
    #expect(try drift(schema("m", nil)).reason != nil)
    let renamed = try drift(schema("n", .sha256(salt: MaskSalt("a"))))
    let error = #expect(throws: CDCError.self) { try renamed.check(SchemaContract(), table: name) }
    #expect(error?.message.contains("is called n now") == true)
    let followed = try drift(schema("n", .sha256(salt: MaskSalt("a")), under: "n"))
    #expect(followed.reason == nil && followed.refusal == nil)
    let mark = try schema("m", .sha256(salt: MaskSalt("a"))).mark ?? ""
    #expect(TableMark(mark)?.text == mark)
  }
}
