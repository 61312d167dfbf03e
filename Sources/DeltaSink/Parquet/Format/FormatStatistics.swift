// Statistics and SizeStatistics of parquet.thrift.

/// parquet.thrift `Statistics`. The deprecated `min` and `max` are neither written nor believed: their order
/// was signed bytes, also for strings.
struct FormatStatistics: Sendable, Hashable {
  var nullCount: Int64?
  var maxValue: [UInt8]?
  var minValue: [UInt8]?
  var isMaxExact: Bool?
  var isMinExact: Bool?
  var nanCount: Int64?

  init() {}

  func write(to writer: inout ThriftCompactWriter) {
    if let nullCount { writer.i64(3, nullCount) }
    if let maxValue { writer.binary(5, maxValue) }
    if let minValue { writer.binary(6, minValue) }
    if let isMaxExact { writer.boolean(7, isMaxExact) }
    if let isMinExact { writer.boolean(8, isMinExact) }
    if let nanCount { writer.i64(9, nanCount) }
  }

  init(from reader: inout ThriftCompactReader) throws(ParquetFormatError) {
    var last: Int16 = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 3: nullCount = try reader.i64(field)
      case 5: maxValue = try reader.binary(field)
      case 6: minValue = try reader.binary(field)
      case 7: isMaxExact = try reader.boolean(field)
      case 8: isMinExact = try reader.boolean(field)
      case 9: nanCount = try reader.i64(field)
      default: try reader.skip(field)
      }
    }
  }
}

/// parquet.thrift `SizeStatistics`: lets a reader size its buffers (byte arrays) and prune nested columns.
struct SizeStatistics: Sendable, Hashable {
  var unencodedByteArrayBytes: Int64?
  var repetitionLevelHistogram: [Int64] = []
  var definitionLevelHistogram: [Int64] = []

  var isEmpty: Bool {
    unencodedByteArrayBytes == nil && repetitionLevelHistogram.isEmpty
      && definitionLevelHistogram.isEmpty
  }

  func write(to writer: inout ThriftCompactWriter) {
    if let unencodedByteArrayBytes { writer.i64(1, unencodedByteArrayBytes) }
    if !repetitionLevelHistogram.isEmpty { writer.i64List(2, repetitionLevelHistogram) }
    if !definitionLevelHistogram.isEmpty { writer.i64List(3, definitionLevelHistogram) }
  }
}
