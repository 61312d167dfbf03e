import CDCCore
import Testing
import TestSupport

@testable import PGWire

/// The same values as the server sends them in binary form, in text form, and as text to be read by people.
struct TypeProbe {
  var format: ValueFormat
  var binary: Result<[Value], ValueError>
  var text: Result<[Value], ValueError>
  /// As the output function prints them; nil for null.
  var printed: [String?]

  /// - Parameter setup: SQL before the query, in the same session.
  init(type: String, _ literals: [String], setup: [String] = []) async throws {
    let server = try await PostgresServer.shared()
    let connection = try await PostgresConnection.connect(server.connectionString())
    for statement in SessionSettings.statements + setup { try await connection.execute(statement) }
    let values = literals.enumerated().map { "(\($0), (\($1))::\(type))" }.joined(separator: ", ")
    let name = "probe_\(UInt32.random(in: 0 ... .max))"
    try await connection.execute("CREATE TEMP TABLE \(name) (n int, v \(type))")
    try await connection.execute("INSERT INTO \(name) VALUES \(values)")
    let column = try await connection.query(
      "SELECT atttypid, atttypmod FROM pg_attribute WHERE attrelid = '\(name)'::regclass AND attname = 'v'")
    let oid = UInt32(column.rows[0][0] ?? "") ?? 0
    let types = try await Catalog.types([oid], from: connection)
    let format = types.format(oid, typmod: Int32(column.rows[0][1] ?? "") ?? -1)
    self.format = format
    let list = format.hasBinaryForm ? "v" : SnapshotQueue.outputText(of: "v")
    var rows = BinaryFields()
    try await connection.startCopyOut(
      "COPY (SELECT \(list) FROM \(name) ORDER BY n) TO STDOUT (FORMAT binary)")
    _ = try await connection.nextRows(into: &rows)
    binary = Self.decode(rows.fields, format, isText: !format.hasBinaryForm)
    printed = try await connection.query("SELECT v FROM \(name) ORDER BY n").rows.map { $0[0] }
    text = Self.decode(printed.map { $0.map { Array($0.utf8) } }, format, isText: true)
    await connection.close()
  }

  static func decode(
    _ fields: [[UInt8]?], _ format: ValueFormat, isText: Bool
  ) -> Result<[Value], ValueError> {
    var builder = ColumnBuilder(format)
    for field in fields {
      guard let field else {
        builder.appendNull()
        continue
      }
      do throws(ValueError) {
        if isText {
          try builder.append(text: unsafe field.span.bytes)
        } else {
          try builder.append(binary: unsafe field.span.bytes)
        }
      } catch { return .failure(error) }
    }
    let vector = builder.takeVector()
    return .success((0..<vector.count).map { vector.value(at: $0) })
  }
}

/// The one field of each row of a COPY in binary format.
struct BinaryFields: CopyOutHandler {
  var fields: [[UInt8]?] = []
  private var isFirst = true

  mutating func receive(_ message: RawSpan) throws -> CopySignal {
    var offset = isFirst ? 19 : 0
    isFirst = false
    let count = try message.readInt16(at: &offset)
    if count == -1 { return .next }
    let length = Int(try message.readInt32(at: &offset))
    if length < 0 {
      fields.append(nil)
    } else {
      fields.append(try message.bytes(offset..<(offset + length)))
    }
    return .next
  }
}

extension Value {
  /// Told apart to the last bit, NaN and −0 included.
  var identity: String {
    switch self {
    case .float(let value): "float \(value.bitPattern)"
    case .double(let value): "double \(value.bitPattern)"
    case .list(let values): "[" + values.map(\.identity).joined(separator: ",") + "]"
    case .structure(let values): "(" + values.map(\.identity).joined(separator: ",") + ")"
    default: "\(self)"
    }
  }

  var string: String? {
    if case .bytes(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
  }
}
