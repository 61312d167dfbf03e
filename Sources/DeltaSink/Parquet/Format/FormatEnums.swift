// The enums of parquet.thrift.

/// parquet.thrift `Type`
enum PhysicalType: Int32, Sendable {
  case boolean = 0
  case int32 = 1
  case int64 = 2
  /// Deprecated: read only, as a timestamp.
  case int96 = 3
  case float = 4
  case double = 5
  case byteArray = 6
  case fixedLenByteArray = 7
}

/// parquet.thrift `FieldRepetitionType`
enum FieldRepetitionType: Int32, Sendable {
  case required = 0
  case optional = 1
  case repeated = 2
}

/// parquet.thrift `ConvertedType`: what readers from before `LogicalType` look at.
enum ConvertedType: Int32, Sendable {
  case utf8 = 0
  case map = 1
  case mapKeyValue = 2
  case list = 3
  case `enum` = 4
  case decimal = 5
  case date = 6
  case timeMillis = 7
  case timeMicros = 8
  case timestampMillis = 9
  case timestampMicros = 10
  case uint8 = 11
  case uint16 = 12
  case uint32 = 13
  case uint64 = 14
  case int8 = 15
  case int16 = 16
  case int32 = 17
  case int64 = 18
  case json = 19
  case bson = 20
  case interval = 21
}

/// parquet.thrift `Encoding`
enum Encoding: Int32, Sendable {
  case plain = 0
  case plainDictionary = 2
  case rle = 3
  case bitPacked = 4
  case deltaBinaryPacked = 5
  case deltaLengthByteArray = 6
  case deltaByteArray = 7
  case rleDictionary = 8
  case byteStreamSplit = 9
  case alp = 10
}

/// parquet.thrift `CompressionCodec`
enum CompressionCodec: Int32, Sendable {
  case uncompressed = 0
  case snappy = 1
  case gzip = 2
  case lzo = 3
  case brotli = 4
  case lz4 = 5
  case zstd = 6
  case lz4Raw = 7
}

/// parquet.thrift `PageType`
enum PageType: Int32, Sendable {
  case dataPage = 0
  case indexPage = 1
  case dictionaryPage = 2
  case dataPageV2 = 3
}

/// parquet.thrift `BoundaryOrder`
enum BoundaryOrder: Int32, Sendable {
  case unordered = 0
  case ascending = 1
  case descending = 2
}

extension ThriftCompactReader {
  /// An enum's value. A number this reader does not know is reported by the enum's name.
  mutating func enumeration<Value: RawRepresentable<Int32>>(
    _ field: Field, _ type: Value.Type
  ) throws(ParquetFormatError) -> Value {
    let raw = try i32(field)
    guard let value = Value(rawValue: raw) else { throw .unsupported("unknown \(type) \(raw)") }
    return value
  }
}
