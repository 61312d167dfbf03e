/// PostGIS, which weighs more than all else that the tests need, and pgvector by the bytes and texts that their servers sent
/// (PostGIS 3.3.2, pgvector 0.8.6): types of the same names have functions that send these, and what a type is read as is decided
/// by the name of its send function. Where PostGIS can be installed the oracle has the real one; VectorTypeTests have pgvector.
import CDCCore
import TestSupport
import Testing

@Suite struct RecordedExtensionTests {
  /// A type whose values are written as bytes in hexadecimal, and sent as they are.
  private static func sent(_ name: String) -> String { made(name, "bytea", send: "bytea") }

  /// A type whose values are printed as they were written.
  private static func printed(_ name: String) -> String { made(name, "text", send: "text") }

  private static func made(_ name: String, _ base: String, send: String) -> String {
    """
    CREATE TYPE \(name); CREATE FUNCTION \(name)_in(cstring) RETURNS \(name) LANGUAGE internal STRICT IMMUTABLE AS '\(base)in';
    CREATE FUNCTION \(name)_out(\(name)) RETURNS cstring LANGUAGE internal STRICT IMMUTABLE AS '\(base)out';
    CREATE FUNCTION \(name)_send(\(name)) RETURNS bytea LANGUAGE internal STRICT IMMUTABLE AS '\(send)send';
    CREATE TYPE \(name) (INPUT = \(name)_in, OUTPUT = \(name)_out, SEND = \(name)_send, STORAGE = extended);

    """
  }

  private static let names = ["vector", "halfvec", "geometry", "geography"]
  private static let create =
    "CREATE TABLE t (id int PRIMARY KEY, v vector, h halfvec, g geometry, o geography, l geometry[]);"

  /// `'SRID=4326;POINT(1 2)'::geometry`, `'POINT(0 51.5)'::geography`, `'POINT EMPTY'::geometry`.
  private static let point = "0101000020E6100000000000000000F03F0000000000000040"
  private static let place = "0101000020E610000000000000000000000000000000C04940"
  private static let empty = "0101000000000000000000F87F000000000000F87F"
  /// `'LINESTRING ZM (0 0 1 2, 3 4 5 6)'::geometry`.
  private static let line =
    "01020000C00200000000000000000000000000000000000000000000000000F03F0000000000000040"
    + "0000000000000840000000000000104000000000000014400000000000001840"

  /// What the lake holds, whichever form it came in.
  private static let rows = [
    "1 [1.0, -2.5, 1e-45] [1.0, -65504.0, 5.9604645e-08] \(point) \(place) [\(line), -, \(empty)]",
    "2 [] [] - - []",
  ]

  private func expectRows(_ run: EndToEnd, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let found = try await run.texts(
      """
      SELECT concat_ws(' ', id, v::text, h::text, coalesce(hex(g), '-'), coalesce(hex(o), '-'),
        [coalesce(hex(x), '-') FOR x IN l]::text) FROM t ORDER BY id
      """, path: run.path("t"))
    #expect(found == Self.rows, sourceLocation: sourceLocation)
  }

  @Test func bytesOfPgvectorAndPostGISAreRead() async throws {
    try await withEndToEnd { run in
      let insert = """
        INSERT INTO t VALUES (1, '\\x000300003f800000c020000000000001', '\\x000300003c00fbff0001',
          '\\x\(Self.point)', '\\x\(Self.place)', ARRAY['\\x\(Self.line)'::geometry, NULL, '\\x\(Self.empty)']);
        INSERT INTO t VALUES (2, '\\x00000000', '\\x00000000', NULL, NULL, '{}');
        """
      try await run.database.psql(Self.names.map(Self.sent).joined() + Self.create + insert)
      try await run.pipeline().fullLoad()
      try await expectRows(run)
      try await run.database.psql("TRUNCATE t; \(insert)")
      try await run.pipeline().capture()
      try await expectRows(run)
    }
  }

  @Test func textsOfPgvectorAndPostGISAreRead() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        Self.names.map(Self.printed).joined() + Self.create
          + "CREATE TABLE forces_text (id int PRIMARY KEY, q tsquery)")
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        INSERT INTO t VALUES (1, '[1,-2.5,1e-45]', '[1,-65504,5.9604645e-08]', '\(Self.point)', '\(Self.place)',
          ARRAY['\(Self.line)'::geometry, NULL, '\(Self.empty)']), (2, '[]', '[]', NULL, NULL, '{}')
        """)
      try await run.pipeline().capture()
      try await expectRows(run)
    }
  }

  /// A hint makes a geometry the text that PostGIS prints: the same in hexadecimal.
  @Test func textsOfPgvectorAndPostGISAreHeldWhereAHintSaysSo() async throws {
    try await withEndToEnd { run in
      let hints = ResourceHints(columns: ["g": ColumnHint(type: .string), "v": ColumnHint(type: .string)])
      let resources = ResourceList([Resource("t", hints: hints)])
      let insert = "'[1,-2.5]', NULL, '\(Self.point)'"
      try await run.database.psql(
        Self.names.map(Self.printed).joined() + Self.create + "INSERT INTO t VALUES (1, \(insert))")
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql("INSERT INTO t VALUES (2, \(insert))")
      try await run.pipeline(resources).capture()
      let row = "[1,-2.5] \(Self.point)"
      #expect(try await run.texts("SELECT v || ' ' || g FROM t", path: run.path("t")) == [row, row])
    }
  }
}
