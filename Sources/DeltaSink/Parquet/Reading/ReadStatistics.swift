// Bounds from a file, as values of the column type; only such as can be trusted.

import CDCCore

extension ReadLeaf {
  /// Chunk statistics. `hasTypeOrder`: the file says that its bounds follow the type's order.
  func statistics(_ format: FormatStatistics?, hasTypeOrder: Bool) -> ColumnStatistics? {
    guard let format else { return nil }
    var result = ColumnStatistics(nullCount: format.nullCount ?? -1)
    if hasTypeOrder, let min = format.minValue, let max = format.maxValue, format.nanCount ?? 0 == 0 {
      setBounds(&result, min, max)
      result.isMinExact = format.isMinExact ?? (physicalType != .byteArray)
      result.isMaxExact = format.isMaxExact ?? (physicalType != .byteArray)
    }
    return result.nullCount < 0 && result.min == nil ? nil : result
  }

  /// The bounds of one page.
  func statistics(_ index: ColumnIndex, page: Int) -> ColumnStatistics? {
    guard page < index.nullPages.count, page < index.minValues.count, page < index.maxValues.count else {
      return nil
    }
    let nulls = page < index.nullCounts.count ? index.nullCounts[page] : -1
    var result = ColumnStatistics(nullCount: nulls)
    if !index.nullPages[page], page >= index.nanCounts.count || index.nanCounts[page] == 0 {
      setBounds(&result, index.minValues[page], index.maxValues[page])
      result.isMinExact = physicalType != .byteArray
      result.isMaxExact = physicalType != .byteArray
    }
    return result
  }

  private func setBounds(_ result: inout ColumnStatistics, _ min: [UInt8], _ max: [UInt8]) {
    guard let low = value(min), let high = value(max) else { return }
    result.min = low
    result.max = high
  }

  /// A bound in PLAIN encoding; nil where it has the wrong length or no order.
  private func value(_ bytes: [UInt8]) -> Value? {
    switch physicalType {
    case .boolean: return bytes.count == 1 ? .boolean(bytes[0] == 1) : nil
    case .int32:
      guard let bits = Self.bits(bytes, 4) else { return nil }
      let value = Int32(truncatingIfNeeded: bits)
      return conversion == .unsignedWiden
        ? .integer(Int128(UInt32(bitPattern: value))) : .integer(Int128(value))
    case .int64:
      guard let bits = Self.bits(bytes, 8) else { return nil }
      let value = Int64(bitPattern: bits)
      switch conversion {
      case .multiply(let factor): return .integer(Int128(value) * Int128(factor))
      case .divide: return nil
      case .unsignedLong: return .integer(Int128(bits))
      default: return .integer(Int128(value))
      }
    case .float:
      guard let bits = Self.bits(bytes, 4) else { return nil }
      let value = Float(bitPattern: UInt32(truncatingIfNeeded: bits))
      return value.isNaN ? nil : .float(value)
    case .double:
      guard let bits = Self.bits(bytes, 8) else { return nil }
      let value = Double(bitPattern: bits)
      return value.isNaN ? nil : .double(value)
    case .int96: return nil
    case .byteArray, .fixedLenByteArray:
      guard conversion == .decimalBytes else { return .bytes(bytes) }
      guard bytes.count <= 16, let first = bytes.first else { return nil }
      var value: Int128 = first >= 0x80 ? -1 : 0
      for byte in bytes { value = value << 8 | Int128(byte) }
      return .integer(value)
    }
  }

  private static func bits(_ bytes: [UInt8], _ count: Int) -> UInt64? {
    guard bytes.count == count else { return nil }
    var value: UInt64 = 0
    for byte in bytes.reversed() { value = value << 8 | UInt64(byte) }
    return value
  }
}

extension ReadNode {
  /// The statistics of a top-level column in one row group; a struct's come from its fields.
  func statistics(_ group: RowGroup, _ typeOrders: [Bool]) -> ColumnStatistics? {
    switch kind {
    case .leaf(let leaf):
      guard leaf.position < group.columns.count else { return nil }
      let isOrdered = leaf.position < typeOrders.count && typeOrders[leaf.position]
      return leaf.statistics(group.columns[leaf.position].metaData.statistics, hasTypeOrder: isOrdered)
    case .structure(let nodes):
      let fields = nodes.map { $0.statistics(group, typeOrders) ?? ColumnStatistics(nullCount: -1) }
      return ColumnStatistics(nullCount: -1, fields: fields)
    case .list, .map: return nil
    }
  }
}
