/// What servers send: bytes recorded where the type's extension or a newer server is not at hand, and everything that the
/// table's types send here, cut and bent.
import CDCCore
import TestSupport
import Testing

@testable import PGWire

@Suite("Bytes of the server")
struct ServerBytesTests {
  static let recorded: [(ValueFormat.Kind, String, Value)] = [
    // pgvector 0.8.6: '[1,-2.5,0.1]'::vector, the same as halfvec, the smallest and the largest halfvec
    (.vector, "000300003f800000c02000003dcccccd", .list([.float(1), .float(-2.5), .float(0.1)])),
    (.halfvec, "000300003c00c1002e66", .list([.float(1), .float(-2.5), .float(0.099975586)])),
    (.halfvec, "0003000000017bff8000", .list([.float(0x1p-24), .float(65504), .float(-0.0)])),
    // PostGIS 3.3: 'SRID=4326;POINT(1 2)'
    (
      .ewkb, "0101000020e6100000000000000000f03f0000000000000040",
      .bytes(bytes("0101000020e6100000000000000000f03f0000000000000040"))
    ),
    // PostgreSQL 17: interval 'infinity' and '-infinity'
    (.interval, "7fffffffffffffff7fffffff7fffffff", text("infinity")),
    (.interval, "800000000000000080000000" + "80000000", text("-infinity")),
    // hstore 'a=>1, b=>NULL'
    (
      .hstore, "0000000200000001610000000131000000016" + "2ffffffff",
      .map([text("a"), text("b")], [text("1"), .null])
    ),
    // money -92233720368547758.08
    (.money, "8000000000000000", .integer(-9_223_372_036_854_775_808)),
  ]

  private static func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8).map { $0 < 58 ? $0 - 48 : $0 - 87 }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  private static func format(_ kind: ValueFormat.Kind) -> ValueFormat {
    switch kind {
    case .vector, .halfvec: ValueFormat(kind, elements: [ValueFormat(.float4)])
    case .hstore: ValueFormat(kind, elements: [ValueFormat(.text), ValueFormat(.text)])
    case .money: ValueFormat(kind, precision: 19, scale: 2)
    default: ValueFormat(kind)
    }
  }

  @Test("Recorded values are read, and every truncation of them is an error", arguments: recorded.indices)
  func recordedValues(_ index: Int) throws {
    let (kind, hex, expected) = Self.recorded[index]
    let field = Self.bytes(hex)
    let found = TypeProbe.decode([field], Self.format(kind), isText: false)
    #expect(try found.get().map(\.identity) == [expected.identity])
    // Every byte string is an EWKB here: it is passed on as it is.
    for length in 0..<field.count where kind != .ewkb {
      #expect(throws: ValueError.self) {
        try TypeProbe.decode([Array(field.prefix(length))], Self.format(kind), isText: false).get()
      }
    }
  }

  @Test(
    "money is read whatever lc_monetary prints",
    arguments: [
      ("$1,234.50", Int128(123_450)), ("-$0.01", -1), ("1.234,50 €", 123_450), ("($7.00)", -700),
      ("￥1,234", 1234),
      ("-$92,233,720,368,547,758.08", -9_223_372_036_854_775_808),
    ])
  func moneyText(_ text: String, _ expected: Int128) throws {
    let format = Self.format(.money)
    #expect(try TypeProbe.decode([Array(text.utf8)], format, isText: true).get() == [.integer(expected)])
    for bad in ["", "$", "$92,233,720,368,547,758.08", "99999999999999999999"] {
      #expect(TypeProbe.decode([Array(bad.utf8)], format, isText: true) == .failure(.malformed))
    }
  }

  @Test(
    "No truncation and no mutation of what the server sends traps", arguments: TypeTable.sections.map(\.title)
  )
  func bentBytes(_ section: String) async throws {
    let all = TypeTable.sections.first { $0.title == section }?.examples ?? []
    let examples = try await PostgresServer.usable(all)
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql(
        TypeTable.setup(examples) + TypeTable.createTable("t", examples)
          + TypeTable.insertRows("t", examples, firstID: 0))
      let connection = try await PostgresConnection.connect(database.connectionString)
      for statement in SessionSettings.statements { try await connection.execute(statement) }
      let catalog = try await Catalog.read(ResourceList([Resource("public.t")]), from: connection)
      let table = try #require(catalog.tables.first)
      var random = SeededGenerator(seed: 7)
      for column in table.columns.dropFirst() {
        let format = catalog.types.format(column.type, typmod: column.typmod)
        for isText in [false, true] where isText || format.hasBinaryForm {
          let list = isText ? SnapshotQueue.outputText(of: column.name) : column.name
          var rows = BinaryFields()
          try await connection.startCopyOut("COPY (SELECT \(list) FROM t) TO STDOUT (FORMAT binary)")
          _ = try await connection.nextRows(into: &rows)
          for field in rows.fields.compactMap(\.self) where field.count < 4000 {
            Self.bend(field, format, isText: isText, &random)
          }
        }
      }
      await connection.close()
    }
  }

  private static func bend(
    _ field: [UInt8], _ format: ValueFormat, isText: Bool, _ random: inout SeededGenerator
  ) {
    var bent = (0..<min(field.count, 400)).map { Array(field.prefix($0)) }
    for _ in 0..<300 where !field.isEmpty {
      var bytes = field
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
      }
      bent.append(bytes)
    }
    var builder = ColumnBuilder(format)
    for bytes in bent {
      let before = builder.count
      var isTaken = true
      do throws(ValueError) {
        if isText {
          try builder.append(text: unsafe bytes.span.bytes)
        } else {
          try builder.append(binary: unsafe bytes.span.bytes)
        }
      } catch { isTaken = false }
      if builder.count != before + (isTaken ? 1 : 0) || Set(builder.elements.map(\.count)).count > 1 {
        Issue.record("half a value is left of \(bytes) as \(format.kind)")
      }
    }
    let vector = builder.takeVector()
    _ = (0..<vector.count).map { vector.value(at: $0) }
  }
}
