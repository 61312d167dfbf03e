// Repetition and definition levels of one leaf, and how its slots are cut into pages.

import CDCCore

/// Which slots of a leaf hold a value. A slot is one entry of the level streams: a row, for a column that is
/// not nested.
enum LeafLevels {
  /// Every slot has a value; nothing repeats.
  case allPresent
  /// A flat nullable column: definition level 1 where the bit is set.
  case validity(Validity)
  /// A nested leaf. Both arrays end in 8 zeros that are no slots; `repetition` is empty where nothing
  /// repeats.
  case shredded(definition: [UInt32], repetition: [UInt32])
}

/// One page: whole rows, and the slots and present values that belong to them.
struct PageRange: Sendable {
  var firstRow: Int
  var rowCount: Int
  var slots: Range<Int>
  var values: Range<Int>
  var nullCount: Int { slots.count - values.count }
}

extension PageRange {
  /// Cuts `rowCount` rows into pages of `pageRows`.
  static func cut(
    rowCount: Int, pageRows: Int, levels: LeafLevels, maxDefinitionLevel: Int
  ) -> [PageRange] {
    var pages: [PageRange] = []
    pages.reserveCapacity(rowCount / pageRows + 1)
    var slot = 0
    var value = 0
    var row = 0
    while row < rowCount {
      let end = min(row + pageRows, rowCount)
      let (slotEnd, valueEnd) = levels.extent(
        from: slot, value: value, rows: end - row, isLast: end == rowCount,
        maxDefinitionLevel: UInt32(maxDefinitionLevel))
      pages.append(
        PageRange(
          firstRow: row, rowCount: end - row, slots: slot..<slotEnd, values: value..<valueEnd))
      (row, slot, value) = (end, slotEnd, valueEnd)
    }
    return pages
  }
}

extension LeafLevels {
  /// Where the slots and values of the next `rows` rows end.
  fileprivate func extent(
    from slot: Int, value: Int, rows: Int, isLast: Bool, maxDefinitionLevel: UInt32
  ) -> (slot: Int, value: Int) {
    switch self {
    case .allPresent: return (slot + rows, value + rows)
    case .validity(let validity): return (slot + rows, value + validity.presentCount(slot..<slot + rows))
    case .shredded(let definition, let repetition):
      var end = slot + rows
      if !repetition.isEmpty {
        end = slot
        var left = rows
        let slots = repetition.count - 8
        while end < slots {
          if repetition[end] == 0 {
            if left == 0 { break }
            left -= 1
          }
          end += 1
        }
      }
      var present = 0
      for index in slot..<end where definition[index] == maxDefinitionLevel { present += 1 }
      return (end, value + present)
    }
  }
}

extension Validity {
  /// How many rows of the range are not null.
  func presentCount(_ range: Range<Int>) -> Int {
    if range.isEmpty { return 0 }
    let (first, last) = (range.lowerBound >> 6, (range.upperBound - 1) >> 6)
    let head = UInt64.max << UInt64(range.lowerBound & 63)
    let tail = UInt64.max >> UInt64(63 - (range.upperBound - 1) & 63)
    if first == last { return (words[first] & head & tail).nonzeroBitCount }
    var count = (words[first] & head).nonzeroBitCount + (words[last] & tail).nonzeroBitCount
    for word in first + 1..<last { count += words[word].nonzeroBitCount }
    return count
  }
}
