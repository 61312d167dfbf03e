import CDCCore
import TestSupport
import Testing

@testable import PGWire

@Suite("Malformed rows")
struct MalformedRowTests {
  private func layout() throws -> TableLayout {
    let columns = [(1, "id", UInt32(23), Int32(-1)), (2, "price", 1700, 786_438), (3, "note", 25, -1)].map {
      CatalogColumn(
        number: $0.0, name: $0.1, type: $0.2, typmod: $0.3, isNotNull: $0.0 == 1, isGenerated: false,
        typeName: "", comment: nil)
    }
    let table = CatalogTable(
      oid: 7, schema: "public", name: "t", kind: "r", isPartition: false, persistence: "p",
      replicaIdentity: "d", comment: nil, primaryKey: [1], identityIndex: [], columns: columns)
    return try TableLayout(table, types: TypeMap(), hints: ResourceHints())
  }

  /// As PostgreSQL 15 sends `COPY (SELECT 7, 12.5::numeric(12,2), 'abc') TO STDOUT (FORMAT binary)`.
  private static let row: [UInt8] =
    Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    + [0, 3, 0, 0, 0, 4, 0, 0, 0, 7, 0, 0, 0, 12, 0, 2, 0, 0, 0, 0, 0, 2, 0, 12, 0x13, 0x88]
    + [0, 0, 0, 3, 97, 98, 99]

  private func decode(_ bytes: [UInt8]) throws -> RowBatch {
    var decoder = CopyRowDecoder(layout: try layout(), limits: BatchLimits())
    _ = try decoder.receive(unsafe bytes.span.bytes)
    return decoder.takeBatch()
  }

  @Test("A sound row is read")
  func soundRow() throws {
    let batch = try decode(Self.row)
    #expect(batch.named(0) == ["id": .integer(7), "price": .integer(1250), "note": text("abc")])
  }

  @Test("Every truncation of a row is an error")
  func truncations() throws {
    for length in 0..<Self.row.count where length != 19 {
      #expect(throws: CDCError.self, "\(length)") { try decode(Array(Self.row.prefix(length))) }
    }
  }

  @Test("No mutation of a row or of a change traps")
  func mutations() throws {
    var random = SeededGenerator(seed: 42)
    let tuple: [UInt8] = [
      0, 3, 98, 0, 0, 0, 4, 0, 0, 0, 7, 117, 116, 0, 0, 0, 3, 97, 98, 99,
    ]
    let changes: [[UInt8]] = [
      [73, 0, 0, 0, 7, 78] + tuple, [85, 0, 0, 0, 7, 79] + tuple + [78] + tuple,
      [85, 0, 0, 0, 7, 75] + tuple + [78] + tuple, [68, 0, 0, 0, 7, 79] + tuple,
      [84, 0, 0, 0, 1, 0, 0, 0, 0, 7],
    ]
    let relation = RelationMessage(
      oid: 7, schema: "public", name: "t", columns: ["id", "price", "note"])
    for round in 0..<20_000 {
      _ = try? decode(mutated(Self.row, &random))
      var assembler = ChangeAssembler(limits: BatchLimits(), stop: .never)
      assembler.define(relation, as: try layout())
      let change = changes[round % changes.count]
      _ = try? assembler.receive(unsafe change.span.bytes, at: LogSequenceNumber(1))
      let bent = mutated(change, &random)
      _ = try? assembler.receive(unsafe bent.span.bytes, at: LogSequenceNumber(2))
    }
  }

  private func mutated(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
    }
    return Bool.random(using: &random)
      ? bytes : Array(bytes.prefix(.random(in: 0...bytes.count, using: &random)))
  }
}

extension RelationMessage {
  fileprivate init(oid: UInt32, schema: String, name: String, columns: [String]) {
    var bytes: [UInt8] = unsafe withUnsafeBytes(of: oid.bigEndian) { unsafe Array($0) }
    bytes += Array(schema.utf8) + [0] + Array(name.utf8) + [0, UInt8(ascii: "d"), 0, UInt8(columns.count)]
    for column in columns { bytes += [0] + Array(column.utf8) + [0, 0, 0, 0, 25, 0xFF, 0xFF, 0xFF, 0xFF] }
    var offset = 0
    do { self = try RelationMessage(parsing: unsafe bytes.span.bytes, at: &offset) } catch {
      preconditionFailure("the test's own message is malformed")
    }
  }
}
