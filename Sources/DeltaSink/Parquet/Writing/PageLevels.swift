// The levels of a data page of version 1: each stream with its length before it (Encodings.md "RLE").

import CDCCore

extension ByteBuffer {
  mutating func appendLevels(_ levels: LeafLevels, _ range: PageRange, _ leaf: WrittenLeaf) {
    if leaf.maxRepetitionLevel > 0, case .shredded(_, let repetition) = levels {
      appendLevelStream { $0.appendShredded(repetition, range.slots, leaf.maxRepetitionLevel) }
    }
    guard leaf.maxDefinitionLevel > 0 else { return }
    appendLevelStream { stream in
      switch levels {
      case .allPresent:
        stream.appendRun(
          of: UInt32(leaf.maxDefinitionLevel), count: range.slots.count,
          width: bitWidth(of: leaf.maxDefinitionLevel))
      case .validity(let validity):
        unsafe validity.words.withUnsafeBufferPointer { words in
          guard let start = words.baseAddress else { return }
          unsafe stream.appendRunLength(bits: start, range: range.slots, ones: range.values.count)
        }
      case .shredded(let definition, _):
        stream.appendShredded(definition, range.slots, leaf.maxDefinitionLevel)
      }
    }
  }

  private mutating func appendLevelStream(_ body: (inout ByteBuffer) -> Void) {
    let start = count
    append(littleEndian: 0)
    body(&self)
    replace(at: start, littleEndian: UInt32(count - start - 4))
  }

  private mutating func appendShredded(_ levels: [UInt32], _ slots: Range<Int>, _ greatest: Int) {
    unsafe levels.withUnsafeBufferPointer {
      guard let start = $0.baseAddress else { return }
      unsafe appendRunLength(start + slots.lowerBound, count: slots.count, width: bitWidth(of: greatest))
    }
  }
}

extension LeafValues {
  /// The size of the first `count` values in PLAIN encoding.
  func plainBytes(_ count: Int) -> Int {
    switch unsafe self {
    case .boolean: count / 8
    case .int32, .float: count * 4
    case .int64, .double: count * 8
    case .fixed(_, let width): count * width
    case .byteArray(let view): unsafe view.byteCount + 4 * count
    }
  }

  /// Bytes of the strings in the range, without lengths; nil for other types.
  func byteArrayBytes(_ range: Range<Int>) -> Int? {
    guard case .byteArray(let view) = unsafe self else { return nil }
    var bytes = 0
    for index in range { bytes += unsafe view.length(index) }
    return bytes
  }
}

extension WrittenLeaf {
  /// The bounds of a whole chunk of integers, after making sure that the logical type holds them: a reader
  /// would cut or refuse others.
  func checkedRange(of pages: [ValueBounds]) throws(ParquetFormatError) -> (Int64, Int64) {
    var all = ValueBounds()
    for page in pages { all.merge(page) }
    guard case .integer(let least)? = all.min, case .integer(let greatest)? = all.max else { return (0, 0) }
    switch type {
    case .short:
      guard least >= Int16.min, greatest <= Int16.max else { throw overflow }
    case .decimal(let precision, _):
      let limit = Self.limit(digits: precision)
      guard Int128(least) > -limit, Int128(greatest) < limit else { throw overflow }
    default: break
    }
    return (least, greatest)
  }

  func checkDigits(of pages: [ValueBounds]) throws(ParquetFormatError) {
    guard case .decimal(let precision, _) = type else { return }
    let limit = Self.limit(digits: precision)
    for page in pages {
      if case .fixed(let least, _)? = page.min, least <= -limit { throw overflow }
      if case .fixed(let greatest, _)? = page.max, greatest >= limit { throw overflow }
    }
  }

  private static func limit(digits: Int) -> Int128 {
    var limit: Int128 = 1
    for _ in 0..<digits { limit *= 10 }
    return limit
  }
}
