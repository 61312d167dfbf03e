// ColumnIndex and OffsetIndex of parquet.thrift: where each page lies and what its values lie between
// (PageIndex.md).

/// parquet.thrift `PageLocation`
struct PageLocation: Sendable, Hashable {
  var offset: Int64 = 0
  /// With its header.
  var compressedPageSize: Int32 = 0
  /// Within the row group.
  var firstRowIndex: Int64 = 0
}

/// parquet.thrift `OffsetIndex`
struct OffsetIndex: Sendable, Hashable {
  var pageLocations: [PageLocation] = []
  var unencodedByteArrayBytes: [Int64] = []

  func write(to writer: inout ThriftCompactWriter) {
    writer.list(1, .structure, pageLocations) { writer, location in
      writer.structureElement {
        $0.i64(1, location.offset)
        $0.i32(2, location.compressedPageSize)
        $0.i64(3, location.firstRowIndex)
      }
    }
    if !unencodedByteArrayBytes.isEmpty { writer.i64List(2, unencodedByteArrayBytes) }
    writer.stop()
  }

  init() {}

  init(from reader: inout ThriftCompactReader) throws(ParquetFormatError) {
    var last: Int16 = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1:
        let count = try reader.list(field, of: .structure)
        for _ in 0..<count { pageLocations.append(try PageLocation(from: &reader)) }
      default: try reader.skip(field)
      }
    }
  }
}

extension PageLocation {
  init(from reader: inout ThriftCompactReader) throws(ParquetFormatError) {
    var last: Int16 = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: offset = try reader.i64(field)
      case 2: compressedPageSize = try reader.i32(field)
      case 3: firstRowIndex = try reader.i64(field)
      default: try reader.skip(field)
      }
    }
  }
}

/// parquet.thrift `ColumnIndex`: entry i of each list speaks of page i.
struct ColumnIndex: Sendable, Hashable {
  var nullPages: [Bool] = []
  var minValues: [[UInt8]] = []
  var maxValues: [[UInt8]] = []
  var boundaryOrder = BoundaryOrder.unordered
  var nullCounts: [Int64] = []
  var nanCounts: [Int64] = []

  func write(to writer: inout ThriftCompactWriter) {
    writer.list(1, .booleanTrue, nullPages) { $0.booleanElement($1) }
    writer.list(2, .binary, minValues) { $0.binaryElement($1) }
    writer.list(3, .binary, maxValues) { $0.binaryElement($1) }
    writer.i32(4, boundaryOrder.rawValue)
    writer.i64List(5, nullCounts)
    if !nanCounts.isEmpty { writer.i64List(8, nanCounts) }
    writer.stop()
  }

  init() {}

  init(from reader: inout ThriftCompactReader) throws(ParquetFormatError) {
    var last: Int16 = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1:
        let count = try reader.list(field, of: .booleanTrue)
        for _ in 0..<count { nullPages.append(try reader.booleanElement()) }
      case 2:
        let count = try reader.list(field, of: .binary)
        for _ in 0..<count { minValues.append(try reader.binaryElement()) }
      case 3:
        let count = try reader.list(field, of: .binary)
        for _ in 0..<count { maxValues.append(try reader.binaryElement()) }
      case 4: boundaryOrder = try reader.enumeration(field, BoundaryOrder.self)
      case 5: nullCounts = try reader.i64List(field)
      case 8: nanCounts = try reader.i64List(field)
      default: try reader.skip(field)
      }
    }
  }
}
