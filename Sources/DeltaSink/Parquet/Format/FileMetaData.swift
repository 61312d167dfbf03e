// FileMetaData of parquet.thrift: the footer.

/// parquet.thrift `FileMetaData`
struct FileMetaData: Sendable {
  static let magic: [UInt8] = Array("PAR1".utf8)

  /// "Writers should always populate 1": there is no agreement what version 2 of a file is.
  var version: Int32 = 1
  var schema: [SchemaElement] = []
  var rowCount: Int64 = 0
  var rowGroups: [RowGroup] = []
  var keyValueMetadata: [(key: String, value: String?)] = []
  var createdBy: String?
  /// True for each leaf whose bounds follow TYPE_ORDER; empty where the file does not say.
  var hasTypeOrder: [Bool] = []

  init() {}

  func write(to writer: inout ThriftCompactWriter) {
    writer.i32(1, version)
    writer.list(2, .structure, schema) { writer, element in
      writer.structureElement { element.write(to: &$0) }
    }
    writer.i64(3, rowCount)
    writer.list(4, .structure, rowGroups) { writer, rowGroup in
      writer.structureElement { rowGroup.write(to: &$0) }
    }
    if !keyValueMetadata.isEmpty {
      writer.list(5, .structure, keyValueMetadata) { writer, pair in
        writer.structureElement {
          $0.string(1, pair.key)
          if let value = pair.value { $0.string(2, value) }
        }
      }
    }
    if let createdBy { writer.string(6, createdBy) }
    // ColumnOrder 1: TypeDefinedOrder. IEEE_754_TOTAL_ORDER is recommended for floats but too young:
    // readers that do not know it ignore the bounds.
    writer.list(7, .structure, hasTypeOrder) { writer, _ in
      writer.structureElement { $0.structure(1) { _ in } }
    }
    writer.stop()
  }

  init(from reader: inout ThriftCompactReader) throws(ParquetFormatError) {
    var last: Int16 = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: version = try reader.i32(field)
      case 2:
        let count = try reader.list(field, of: .structure)
        for _ in 0..<count { schema.append(try SchemaElement(from: &reader)) }
      case 3: rowCount = try reader.i64(field)
      case 4:
        let count = try reader.list(field, of: .structure)
        for _ in 0..<count { rowGroups.append(try RowGroup(from: &reader)) }
      case 5:
        let count = try reader.list(field, of: .structure)
        for _ in 0..<count { keyValueMetadata.append(try Self.keyValue(from: &reader)) }
      case 6: createdBy = try reader.string(field)
      case 7:
        let count = try reader.list(field, of: .structure)
        for _ in 0..<count { hasTypeOrder.append(try Self.isTypeOrder(from: &reader)) }
      case 8: throw .unsupported("the file is encrypted")
      default: try reader.skip(field)
      }
    }
  }

  private static func keyValue(
    from reader: inout ThriftCompactReader
  ) throws(ParquetFormatError) -> (key: String, value: String?) {
    var key = ""
    var value: String?
    var last: Int16 = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: key = try reader.string(field)
      case 2: value = try reader.string(field)
      default: try reader.skip(field)
      }
    }
    return (key, value)
  }

  private static func isTypeOrder(
    from reader: inout ThriftCompactReader
  ) throws(ParquetFormatError) -> Bool {
    var result = false
    var last: Int16 = 0
    while let field = try reader.nextField(after: &last) {
      if field.id == 1 { result = true }
      try reader.skip(field)
    }
    return result
  }
}
