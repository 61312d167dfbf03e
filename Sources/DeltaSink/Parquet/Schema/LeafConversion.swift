// What a leaf's physical values mean (LogicalTypes.md), and what must be done to them for their column type.

import CDCCore

/// The way from the physical values to the column type's form.
enum LeafConversion: Sendable, Hashable {
  case none
  /// INT32 to a decimal, which travels as Int64; or UINT_32.
  case widen
  case unsignedWiden
  /// UINT_64 to decimal(20,0).
  case unsignedLong
  /// Timestamps in another unit, to microseconds.
  case multiply(Int64)
  case divide(Int64)
  /// Big-endian two's complement bytes, to a decimal.
  case decimalBytes
  /// Nanoseconds of the day and Julian day, to microseconds since 1970.
  case int96
}

extension SchemaElement {
  /// Annotations without a meaning here leave the physical type's plain meaning.
  func columnType(_ physical: PhysicalType) throws(ParquetFormatError) -> (ColumnType, LeafConversion) {
    if let (precision, scale) = decimal {
      guard (1...38).contains(precision), (0...precision).contains(scale) else {
        throw .unsupported("column \(name): decimal(\(precision),\(scale)) does not fit into 38 digits")
      }
      let type = ColumnType.decimal(precision: precision, scale: scale)
      switch physical {
      case .int32 where precision <= 18: return (type, .widen)
      case .int64 where precision <= 18: return (type, .none)
      case .byteArray, .fixedLenByteArray: return (type, .decimalBytes)
      default: throw .unsupported("column \(name): a decimal stored as \(physical)")
      }
    }
    switch physical {
    case .boolean: return (.boolean, .none)
    case .float: return (.float, .none)
    case .double: return (.double, .none)
    case .int96: return (.timestamp, .int96)
    case .int32: return int32Type
    case .int64: return int64Type
    case .byteArray, .fixedLenByteArray: return (isText ? .string : .binary, .none)
    }
  }

  private var decimal: (precision: Int, scale: Int)? {
    if case .decimal(let scale, let precision)? = logicalType { return (Int(precision), Int(scale)) }
    if logicalType == nil, convertedType == .decimal { return (Int(precision ?? 0), Int(scale ?? 0)) }
    return nil
  }

  private var int32Type: (ColumnType, LeafConversion) {
    switch logicalType {
    case .date?: return (.date, .none)
    case .integer(let bits, let isSigned)?:
      if bits == 8 || (bits == 16 && isSigned) { return (.short, .none) }
      return bits == 32 && !isSigned ? (.long, .unsignedWiden) : (.int, .none)
    default: break
    }
    switch convertedType {
    case .date?: return (.date, .none)
    case .int8?, .int16?, .uint8?: return (.short, .none)
    case .uint32?: return (.long, .unsignedWiden)
    default: return (.int, .none)
    }
  }

  private var int64Type: (ColumnType, LeafConversion) {
    switch logicalType {
    case .timestamp(let isAdjustedToUTC, let unit)?:
      let type: ColumnType = isAdjustedToUTC ? .timestamp : .timestampNTZ
      switch unit {
      case .millis: return (type, .multiply(1000))
      case .micros: return (type, .none)
      case .nanos: return (type, .divide(1000))
      }
    case .integer(64, false)?: return (.decimal(precision: 20, scale: 0), .unsignedLong)
    default: break
    }
    switch convertedType {
    case .timestampMillis? where logicalType == nil: return (.timestamp, .multiply(1000))
    case .timestampMicros? where logicalType == nil: return (.timestamp, .none)
    case .uint64?: return (.decimal(precision: 20, scale: 0), .unsignedLong)
    default: return (.long, .none)
    }
  }

  private var isText: Bool {
    switch logicalType {
    case .string?, .enum?, .other(12)?: true  // 12: JSON
    default: convertedType == .utf8 || convertedType == .enum || convertedType == .json
    }
  }
}
