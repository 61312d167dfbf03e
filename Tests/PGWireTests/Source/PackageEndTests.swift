import CDCCore
import Testing

@testable import PGWire

/// When a package ends, message by message.
@Suite("Ends of packages")
struct PackageEndTests {
  @Test("A package that is due ends behind a transaction without changes of ours")
  func emptyTransaction() throws {
    var stream = try AssembledStream(BatchLimits(delay: .zero))
    #expect(try stream.transaction(at: 100, inserts: 1) == .next)
    try stream.begin(at: 200)
    // The delay passes while it is on its way.
    #expect(try stream.assembler.deadlinePassed() == .next)
    #expect(try stream.commit(at: 200) == .pause)
    #expect(stream.boundaries() == [LSN(110)])
  }

  @Test("A large package comes in batches, and ends at its own limit all the same")
  func largePackage() throws {
    var stream = try AssembledStream(BatchLimits(rows: .max, bytes: 5000), batchBytes: 1000)
    #expect(try stream.transaction(at: 100, inserts: 100) == .next)
    let batches = stream.assembler.takeEvents()
    #expect(batches.count > 1)
    #expect(try stream.transaction(at: 200, inserts: 100) == .pause)
    #expect(stream.boundaries() == [LSN(210)])
  }

  @Test("Limits without end do not trap", arguments: [(Int.max, 1), (1, Int.max), (.max, .max)])
  func endless(rows: Int, bytes: Int) throws {
    var stream = try AssembledStream(BatchLimits(rows: rows, bytes: bytes))
    _ = try stream.transaction(at: 100, inserts: 100)
  }
}

/// An assembler and the messages of one table `t (id int)`.
struct AssembledStream {
  var assembler: ChangeAssembler

  init(_ limits: BatchLimits, stop: StopCondition = .never, batchBytes: Int = 256 << 20) throws {
    assembler = ChangeAssembler(limits: limits, stop: stop, batchBytes: batchBytes)
    let column = CatalogColumn(
      number: 1, name: "id", type: 23, typmod: -1, isNotNull: true, isGenerated: false, typeName: "integer",
      comment: nil)
    let table = CatalogTable(
      oid: 7, schema: "public", name: "t", kind: "r", isPartition: false, persistence: "p",
      replicaIdentity: "d", comment: nil, primaryKey: [1], identityIndex: [], columns: [column])
    let bytes: [UInt8] =
      [0, 0, 0, 7] + Array("public".utf8) + [0] + Array("t".utf8) + [0, UInt8(ascii: "d"), 0, 1, 1]
      + Array("id".utf8) + [0, 0, 0, 0, 23, 0xFF, 0xFF, 0xFF, 0xFF]
    var offset = 0
    let relation = try RelationMessage(parsing: unsafe bytes.span.bytes, at: &offset)
    assembler.define(relation, as: try TableLayout(table, types: TypeMap(), hints: ResourceHints()))
  }

  mutating func begin(at position: UInt64) throws {
    var message: [UInt8] = [UInt8(ascii: "B")]
    message.appendBigEndian(position)
    message.appendBigEndian(UInt64(0))
    message += [0, 0, 0, 1]
    _ = try assembler.receive(unsafe message.span.bytes, at: LogSequenceNumber(position))
  }

  /// The commit record is ten bytes long.
  mutating func commit(at position: UInt64) throws -> ReplicationSignal {
    var message: [UInt8] = [UInt8(ascii: "C"), 0]
    message.appendBigEndian(position)
    message.appendBigEndian(position + 10)
    message.appendBigEndian(UInt64(0))
    return try assembler.receive(unsafe message.span.bytes, at: LogSequenceNumber(position))
  }

  mutating func transaction(at position: UInt64, inserts: Int) throws -> ReplicationSignal {
    try begin(at: position)
    for number in 0..<inserts {
      let message: [UInt8] =
        [UInt8(ascii: "I"), 0, 0, 0, 7, UInt8(ascii: "N"), 0, 1, UInt8(ascii: "b"), 0, 0, 0, 4, 0, 0, 0]
        + [UInt8(truncatingIfNeeded: number)]
      _ = try assembler.receive(unsafe message.span.bytes, at: LogSequenceNumber(position - 1))
    }
    return try commit(at: position)
  }

  mutating func boundaries() -> [LSN] {
    assembler.takeEvents().compactMap {
      if case .boundary(let boundary) = $0 { boundary.position } else { nil }
    }
  }
}
