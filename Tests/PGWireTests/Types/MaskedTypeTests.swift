/// Masked values of every type: what PostgreSQL itself computes for them, from both forms.
import CDCCore
import TestSupport
import Testing

@testable import PGWire

@Suite("Masked values")
struct MaskedTypeTests {
  /// FIPS 180-4's examples, and one by Python's hashlib.
  @Test(
    "SHA-256 gives the known digests",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      ("pfefferünïcödé 🐘", "83b0c65ff6e8f2f5aca71602e10e1609b759b1fa9c75bb1783e7a7a3afeef4b8"),
    ])
  func knownDigests(_ text: String, _ digest: String) {
    let bytes = SHA256.digest(Array(text.utf8)) ?? []
    #expect(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == digest)
  }

  /// What the server's text can be asked of. PostgreSQL 14 prints a byte over 127 of a `"char"` as it is, which is no text.
  private static func printed() async throws -> [TypeExample] {
    let isText = try await PostgresServer.shared().major >= 15
    return try await PostgresServer.usable(TypeTable.all).map {
      var example = $0
      if !isText, example.type == "\"char\"" { example.values.removeAll { $0.canonical.contains("377") } }
      return example
    }
  }

  @Test("sha256 of any type is that of the salt and PostgreSQL's text, from either form")
  func everyType() async throws {
    let examples = try await Self.printed()
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql(
        TypeTable.setup(examples) + TypeTable.createTable("t", examples)
          + TypeTable.insertRows("t", examples, firstID: 0))
      let connection = try await PostgresConnection.connect(database.connectionString)
      for statement in SessionSettings.statements { try await connection.execute(statement) }
      let catalog = try await Catalog.read(ResourceList([Resource("public.t")]), from: connection)
      for (example, column) in zip(examples, catalog.tables.first?.columns.dropFirst() ?? []) {
        let format = catalog.types.format(column.type, typmod: column.typmod)
          .masked(by: .sha256(salt: Array("pfeffer".utf8)))
        #expect(format.columnType == .string)
        let text = SnapshotQueue.outputText(of: column.name)
        let expected = try await connection.query(
          "SELECT encode(sha256(convert_to('pfeffer' || \(text), 'UTF8')), 'hex') FROM t ORDER BY id"
        ).rows.map { $0[0].map { PGWireTests.text($0) } ?? .null }
        for isText in format.hasBinaryForm ? [false, true] : [true] {
          var fields = BinaryFields()
          try await connection.startCopyOut(
            "COPY (SELECT \(isText ? text : column.name) FROM t ORDER BY id) TO STDOUT (FORMAT binary)")
          _ = try await connection.nextRows(into: &fields)
          let found = try TypeProbe.decode(fields.fields, format, isText: isText).get()
          #expect(found == expected, "\(example.type), \(isText ? "text" : "binary")")
        }
      }
      await connection.close()
    }
  }

  /// Floats are Swift's, money is without its locale.
  private func isPrintedAlike(_ format: ValueFormat) -> Bool {
    switch format.kind {
    case .float4, .float8, .money, .vector, .halfvec: false
    case .array, .composite: format.elements.allSatisfy(isPrintedAlike)
    default: true
    }
  }

  @Test("What the quarantine shows of a value is PostgreSQL's text, from the binary form too")
  func printing() async throws {
    let scalars = try await Self.printed()
    let arrays = scalars.filter { !$0.type.hasSuffix("[]") && $0.type != "nothing" }.map(\.array)
    let bounds = TypeExample.quotedArrays
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql(TypeTable.setup(scalars))
      for (name, examples) in [("scalars", scalars), ("arrays", arrays), ("bounds", bounds)] {
        try await database.psql(
          TypeTable.createTable(name, examples) + TypeTable.insertRows(name, examples, firstID: 0))
      }
      let connection = try await PostgresConnection.connect(database.connectionString)
      for statement in SessionSettings.statements { try await connection.execute(statement) }
      for table in ["scalars", "arrays", "bounds"] {
        let catalog = try await Catalog.read(ResourceList([Resource("public.\(table)")]), from: connection)
        for column in catalog.tables.first?.columns.dropFirst() ?? [] {
          let format = catalog.types.format(column.type, typmod: column.typmod)
          guard format.hasBinaryForm, isPrintedAlike(format) else { continue }
          let expected = try await connection.query("SELECT \(column.name) FROM \(table) ORDER BY id").rows
            .map {
              $0[0]
            }
          var fields = BinaryFields()
          try await connection.startCopyOut(
            "COPY (SELECT \(column.name) FROM \(table) ORDER BY id) TO STDOUT (FORMAT binary)")
          _ = try await connection.nextRows(into: &fields)
          let found = fields.fields.map { field in
            field.map { bytes in
              var text: [UInt8] = []
              text.append(printing: unsafe bytes.span.bytes, as: format)
              return String(decoding: text, as: UTF8.self)
            }
          }
          #expect(found == expected, "\(column.typeName)")
        }
      }
      await connection.close()
    }
  }

  private static let table = """
    CREATE TABLE t (mail text PRIMARY KEY, name varchar(20) NOT NULL, born date, score numeric(6,2)[], big text);
    ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
    """

  private func source(
    _ database: TestDatabase, _ columns: [String: ColumnMask], table: String = "public.t"
  ) throws -> PostgresSource {
    try PostgresSource(
      connection: database.connectionString, pipeline: "masked_\(database.name)",
      resources: ResourceList([
        Resource(table, hints: ResourceHints(columns: columns.mapValues { ColumnHint(mask: $0) })),
        Resource("public.*"),
      ]))
  }

  @Test(
    "Loads and streams carry masked values alone: keys, old keys and unchanged values too",
    arguments: [true, false], [true, false])
  func nothingUnmasked(_ binary: Bool, _ full: Bool) async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql(
        Self.table + (full ? "ALTER TABLE t REPLICA IDENTITY FULL;" : "")
          + "CREATE TABLE other (id int PRIMARY KEY, v \(binary ? "int" : "tsquery"));"
          + "INSERT INTO t SELECT 'secret' || i, 'secret', '1980-01-01', '{1}', repeat('secret', 1000) FROM generate_series(1, 5) i;"
          + "INSERT INTO t VALUES ('secret6', 'secret', NULL, NULL, NULL)")
      let salt = MaskSalt("pfeffer")
      let source = try source(
        database,
        [
          "mail": .sha256(salt: salt), "name": .constant("hidden"), "born": .constant("1900-01-01"),
          "score": .null, "big": .sha256(salt: salt),
        ])
      let replica = Replica()
      let position = try await source.load(into: replica, restart: true)
      try await database.psql(
        """
        UPDATE t SET name = 'secreter' WHERE mail = 'secret1'; UPDATE t SET mail = 'secret22' WHERE mail = 'secret2';
        DELETE FROM t WHERE mail = 'secret3'; INSERT INTO t VALUES ('secret7', 'secret', NULL, '{{1,NaN}}', NULL);
        UPDATE t SET big = 'secret' WHERE mail = 'secret4';
        """)
      try await source.drain(into: replica, from: position)
      let rows = try await database.psql(
        """
        SELECT encode(sha256(convert_to('pfeffer' || mail, 'UTF8')), 'hex') || ' hidden '
          || CASE WHEN born IS NULL THEN 'null' ELSE '-25567' END || ' null '
          || coalesce(encode(sha256(convert_to('pfeffer' || big, 'UTF8')), 'hex'), 'null')
        FROM t
        """)
      let found = replica.table("t").map { _, row in
        ["mail", "name", "born", "score", "big"].map { name -> String in
          switch row[name] {
          case .integer(let days): "\(days)"
          case .null: "null"
          case let value: value?.string ?? "?"
          }
        }.joined(separator: " ")
      }
      #expect(found.sorted() == rows.split(separator: "\n").map(String.init).sorted())
      for batch in replica.batches {
        for vector in batch.rows.columns {
          guard case .bytes(let strings) = vector.values else { continue }
          #expect(!String(decoding: strings.bytes, as: UTF8.self).contains("secret"))
        }
      }
    }
  }

  @Test(
    "Masks that cannot work are refused before anything is read",
    arguments: [
      ("id", ColumnMask.null, "sha256, which keeps rows apart"),
      ("id", .constant("7"), "sha256, which keeps rows apart"),
      ("n", .constant("seven"), "is no value of the column's type integer"),
      ("n", .sha256(salt: MaskSalt("")), "needs a salt"), ("nn", .null, "that the table does not have"),
    ])
  func refusals(_ column: String, _ mask: ColumnMask, _ message: String) async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql("CREATE TABLE t (id int PRIMARY KEY, n int)")
      let error = await #expect(throws: CDCError.self) {
        _ = try await source(database, [column: mask]).load(into: Replica(), restart: true)
      }
      #expect(error?.code == .configuration)
      #expect(error?.column == column)
      #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
  }

  @Test("An error names a masked key as it is masked, and a salt is never printed")
  func errors() async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql(Self.table + "INSERT INTO t VALUES ('secret', 'x', 'infinity')")
      let mask = ColumnMask.sha256(salt: MaskSalt("pfeffer"))
      let error = await #expect(throws: CDCError.self) {
        _ = try await source(database, ["mail": mask]).load(into: Replica(), restart: true)
      }
      #expect(error?.key?.hasPrefix("mail ") == true)
      #expect(error?.description.contains("secret") == false)
      #expect(!"\(mask) \(String(reflecting: mask))".contains("pfeffer"))
    }
  }
}
