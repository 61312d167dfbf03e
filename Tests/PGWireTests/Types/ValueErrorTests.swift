import CDCCore
import TestSupport
import Testing

@testable import PGWire

@Suite("Values that a column cannot hold")
struct ValueErrorTests {
  @Test(
    "Both forms refuse them with the same error",
    arguments: [
      ("numeric(10,2)", "'NaN'", ValueError.notANumber), ("numeric(30,2)", "'NaN'", .notANumber),
      ("date", "'infinity'", .infinite), ("date", "'-infinity'", .infinite),
      ("timestamp", "'infinity'", .infinite), ("timestamptz", "'-infinity'", .infinite),
      ("date", "'0044-03-15 BC'", .outOfRange), ("date", "'10000-01-01'", .outOfRange),
      ("date", "'5874897-12-31'", .outOfRange), ("timestamp", "'0001-12-31 23:59:59.999999 BC'", .outOfRange),
      ("timestamp", "'294276-12-31 23:59:59.999999'", .outOfRange),
      ("timestamptz", "'4713-01-01 00:00+00 BC'", .outOfRange),
      ("int4[]", "'{{1,2},{3,4}}'", .dimensions), ("text[]", "'[0:0][1:1]={{a}}'", .dimensions),
      ("numeric(6,2)[]", "'{1,NaN}'", .notANumber),
    ])
  func bothFormsRefuse(_ type: String, _ literal: String, _ expected: ValueError) async throws {
    let probe = try await TypeProbe(type: type, [literal])
    #expect(probe.binary == .failure(expected))
    #expect(probe.text == .failure(expected))
    #expect(expected.isContractual)
  }

  @Test(
    "A decimal hint on an unconstrained numeric refuses what it cannot hold exactly",
    arguments: [
      ("1.234", 2, ValueError.tooManyDigits), ("1000000", 2, .tooManyDigits), ("'Infinity'", 2, .infinite),
      ("1e40", 2, .tooManyDigits), ("1e-40", 2, .tooManyDigits),
      ("repeat('9', 131072)::numeric", 2, .tooManyDigits),
      ("'NaN'", 2, .notANumber),
    ])
  func decimalHint(_ literal: String, _ scale: Int, _ expected: ValueError) async throws {
    for precision in [6, 30] where !(precision == 30 && literal == "1000000") {
      let format = try #require(ValueFormat.decimal(precision: precision, scale: scale))
      let fields = try await fields(of: literal)
      #expect(TypeProbe.decode([fields.binary], format, isText: false) == .failure(expected))
      #expect(TypeProbe.decode([fields.text], format, isText: true) == .failure(expected))
    }
  }

  @Test("A refused value leaves the column as it was")
  func refusalLeavesNoTrace() async throws {
    let format = ValueFormat.array(of: try #require(ValueFormat.decimal(precision: 6, scale: 2)))
    var builder = ColumnBuilder(format)
    let good = Array("{1.00,2.00}".utf8)
    let bad = Array("{3.00,NaN}".utf8)
    try builder.append(text: unsafe good.span.bytes)
    #expect(throws: ValueError.notANumber) { try builder.append(text: unsafe bad.span.bytes) }
    builder.appendNull()
    try builder.append(text: unsafe good.span.bytes)
    let vector = builder.takeVector()
    let list = Value.list([.integer(100), .integer(200)])
    #expect((0..<vector.count).map { vector.value(at: $0) } == [list, .null, list])
  }

  private func fields(of literal: String) async throws -> (binary: [UInt8]?, text: [UInt8]?) {
    let server = try await TestSupport.PostgresServer.shared()
    let connection = try await PostgresConnection.connect(server.connectionString())
    var rows = BinaryFields()
    try await connection.startCopyOut("COPY (SELECT (\(literal))::numeric) TO STDOUT (FORMAT binary)")
    _ = try await connection.nextRows(into: &rows)
    let text = try await connection.query("SELECT (\(literal))::numeric").scalar
    await connection.close()
    return (rows.fields.first ?? nil, text.map { Array($0.utf8) })
  }
}
