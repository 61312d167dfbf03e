// ColumnMetaData, ColumnChunk and RowGroup of parquet.thrift.

/// parquet.thrift `ColumnMetaData`
struct ColumnMetaData: Sendable {
  var type: PhysicalType = .boolean
  var encodings: [Encoding] = []
  var path: [String] = []
  var codec: CompressionCodec = .uncompressed
  var valueCount: Int64 = 0
  var totalUncompressedSize: Int64 = 0
  var totalCompressedSize: Int64 = 0
  var dataPageOffset: Int64 = 0
  var dictionaryPageOffset: Int64?
  var statistics: FormatStatistics?
  /// Page type, encoding, number of pages.
  var encodingStats: [PageEncodingStats] = []
  var sizeStatistics = SizeStatistics()
}

/// parquet.thrift `PageEncodingStats`
struct PageEncodingStats: Sendable {
  var pageType: PageType
  var encoding: Encoding
  var count: Int32
}

/// parquet.thrift `ColumnChunk`
struct ColumnChunk: Sendable {
  var filePath: String?
  var metaData = ColumnMetaData()
  var offsetIndexOffset: Int64?
  var offsetIndexLength: Int32?
  var columnIndexOffset: Int64?
  var columnIndexLength: Int32?
}

/// parquet.thrift `RowGroup`
struct RowGroup: Sendable {
  var columns: [ColumnChunk] = []
  var totalByteSize: Int64 = 0
  var rowCount: Int64 = 0
  var fileOffset: Int64?
  var totalCompressedSize: Int64?
  var ordinal: Int16?
}

extension ColumnMetaData {
  func write(to writer: inout ThriftCompactWriter) {
    writer.i32(1, type.rawValue)
    writer.list(2, .i32, encodings) { $0.i32Element($1.rawValue) }
    writer.list(3, .binary, path) { $0.binaryElement(Array($1.utf8)) }
    writer.i32(4, codec.rawValue)
    writer.i64(5, valueCount)
    writer.i64(6, totalUncompressedSize)
    writer.i64(7, totalCompressedSize)
    writer.i64(9, dataPageOffset)
    if let dictionaryPageOffset { writer.i64(11, dictionaryPageOffset) }
    if let statistics { writer.structure(12) { statistics.write(to: &$0) } }
    writer.list(13, .structure, encodingStats) { writer, stats in
      writer.structureElement {
        $0.i32(1, stats.pageType.rawValue)
        $0.i32(2, stats.encoding.rawValue)
        $0.i32(3, stats.count)
      }
    }
    if !sizeStatistics.isEmpty { writer.structure(16) { sizeStatistics.write(to: &$0) } }
  }

  init(from reader: inout ThriftCompactReader) throws(ParquetFormatError) {
    var last: Int16 = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: type = try reader.enumeration(field, PhysicalType.self)
      case 2:
        let count = try reader.list(field, of: .i32)
        for _ in 0..<count {
          if let encoding = Encoding(rawValue: try reader.i32Element()) { encodings.append(encoding) }
        }
      case 3:
        let count = try reader.list(field, of: .binary)
        for _ in 0..<count {
          path.append(String(decoding: try reader.binaryElement(), as: UTF8.self))
        }
      case 4: codec = try reader.enumeration(field, CompressionCodec.self)
      case 5: valueCount = try reader.i64(field)
      case 6: totalUncompressedSize = try reader.i64(field)
      case 7: totalCompressedSize = try reader.i64(field)
      case 9: dataPageOffset = try reader.i64(field)
      case 11: dictionaryPageOffset = try reader.i64(field)
      case 12 where field.type == .structure: statistics = try FormatStatistics(from: &reader)
      default: try reader.skip(field)
      }
    }
  }

  /// Where the chunk's first page begins. Some writers leave a dictionary offset of 0 for "none".
  var firstPageOffset: Int64 {
    guard let dictionaryPageOffset, dictionaryPageOffset > 0 else { return dataPageOffset }
    return min(dictionaryPageOffset, dataPageOffset)
  }
}

extension ColumnChunk {
  func write(to writer: inout ThriftCompactWriter) {
    writer.i64(2, 0)
    writer.structure(3) { metaData.write(to: &$0) }
    if let offsetIndexOffset { writer.i64(4, offsetIndexOffset) }
    if let offsetIndexLength { writer.i32(5, offsetIndexLength) }
    if let columnIndexOffset { writer.i64(6, columnIndexOffset) }
    if let columnIndexLength { writer.i32(7, columnIndexLength) }
  }

  init(from reader: inout ThriftCompactReader) throws(ParquetFormatError) {
    var last: Int16 = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: filePath = try reader.string(field)
      case 3 where field.type == .structure: metaData = try ColumnMetaData(from: &reader)
      case 4: offsetIndexOffset = try reader.i64(field)
      case 5: offsetIndexLength = try reader.i32(field)
      case 6: columnIndexOffset = try reader.i64(field)
      case 7: columnIndexLength = try reader.i32(field)
      default: try reader.skip(field)
      }
    }
  }
}

extension RowGroup {
  func write(to writer: inout ThriftCompactWriter) {
    writer.list(1, .structure, columns) { writer, column in
      writer.structureElement { column.write(to: &$0) }
    }
    writer.i64(2, totalByteSize)
    writer.i64(3, rowCount)
    if let fileOffset { writer.i64(5, fileOffset) }
    if let totalCompressedSize { writer.i64(6, totalCompressedSize) }
    if let ordinal { writer.i16(7, ordinal) }
  }

  init(from reader: inout ThriftCompactReader) throws(ParquetFormatError) {
    var last: Int16 = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1:
        let count = try reader.list(field, of: .structure)
        for _ in 0..<count { columns.append(try ColumnChunk(from: &reader)) }
      case 2: totalByteSize = try reader.i64(field)
      case 3: rowCount = try reader.i64(field)
      default: try reader.skip(field)
      }
    }
  }
}
