// Taking nested vectors apart into leaves with repetition and definition levels (the Dremel way).

import CDCCore

/// A leaf of a nested column: its vector, its levels, and where its present values lie in the vector.
struct ShreddedLeaf {
  let position: Int
  let vector: ColumnVector
  let levels: LeafLevels
  let rows: [Int32]
}

/// The slots above the node being looked at: what is known of each before the node adds its own levels.
private struct Slots {
  var repetition: [UInt32]
  var definition: [UInt32]
  /// The row of the node's vector; −1 where something above is null or empty.
  var rows: [Int32]

  mutating func append(_ repetition: UInt32, _ definition: UInt32, _ row: Int32) {
    self.repetition.append(repetition)
    self.definition.append(definition)
    rows.append(row)
  }

  /// Takes nulls of a nullable node out and raises the level of the others.
  mutating func define(by vector: ColumnVector) {
    for slot in rows.indices where rows[slot] >= 0 {
      if vector.isNull(Int(rows[slot])) { rows[slot] = -1 } else { definition[slot] += 1 }
    }
  }

  /// One slot an element; an empty list keeps one without a row. `row` picks the child's row.
  func expanded(_ offsets: [Int32], repetitionLevel: UInt32) -> Slots {
    var result = Slots(repetition: [], definition: [], rows: [])
    for slot in rows.indices {
      let row = Int(rows[slot])
      if row < 0 || offsets[row] == offsets[row + 1] {
        result.append(repetition[slot], definition[slot], -1)
        continue
      }
      for element in offsets[row]..<offsets[row + 1] {
        let isFirst = element == offsets[row]
        result.append(isFirst ? repetition[slot] : repetitionLevel, definition[slot] + 1, element)
      }
    }
    return result
  }
}

struct Shredder {
  private var leaves: [ShreddedLeaf] = []

  /// The leaves below one top-level column, in schema order.
  static func shred(
    _ vector: ColumnVector, _ node: WrittenNode
  ) throws(ParquetFormatError) -> [ShreddedLeaf] {
    var shredder = Shredder()
    let slots = Slots(
      repetition: [UInt32](repeating: 0, count: vector.count),
      definition: [UInt32](repeating: 0, count: vector.count), rows: (0..<Int32(vector.count)).map { $0 })
    try shredder.visit(vector, node, slots, depth: 0)
    return shredder.leaves
  }

  private mutating func visit(
    _ vector: ColumnVector, _ node: WrittenNode, _ slots: Slots, depth: UInt32
  ) throws(ParquetFormatError) {
    var slots = slots
    if node.isNullable {
      slots.define(by: vector)
    } else if vector.nullCount > 0, slots.rows.contains(where: { $0 >= 0 && vector.isNull(Int($0)) }) {
      throw .invalidInput("a nested field that is not nullable holds a null")
    }
    switch (node, vector.values) {
    case (.leaf(let position, _), _): add(position, vector, slots, isRepeated: depth > 0)
    case (.structure(let children, _), .structure(let fields)) where children.count == fields.count:
      for (child, field) in zip(children, fields) {
        guard field.count == vector.count else { throw Self.mismatch }
        try visit(field, child, slots, depth: depth)
      }
    case (.list(let child, _), .list(let offsets, let elements)):
      try Self.check(offsets, rows: vector.count, elements: elements.count)
      let inner = slots.expanded(offsets, repetitionLevel: depth + 1)
      try visit(elements, child, inner, depth: depth + 1)
    case (.map(let key, let value, _), .map(let offsets, let keys, let values)):
      try Self.check(offsets, rows: vector.count, elements: min(keys.count, values.count))
      let inner = slots.expanded(offsets, repetitionLevel: depth + 1)
      try visit(keys, key, inner, depth: depth + 1)
      try visit(values, value, inner, depth: depth + 1)
    default: throw Self.mismatch
    }
  }

  private mutating func add(_ position: Int, _ vector: ColumnVector, _ slots: Slots, isRepeated: Bool) {
    let padding = [UInt32](repeating: 0, count: 8)
    leaves.append(
      ShreddedLeaf(
        position: position, vector: vector,
        levels: .shredded(
          definition: slots.definition + padding, repetition: isRepeated ? slots.repetition + padding : []),
        rows: slots.rows.filter { $0 >= 0 }))
  }

  private static func check(
    _ offsets: [Int32], rows: Int, elements: Int
  ) throws(ParquetFormatError) {
    guard offsets.count == rows + 1, offsets[0] >= 0, Int(offsets[rows]) <= elements,
      !zip(offsets, offsets.dropFirst()).contains(where: { $0 > $1 })
    else { throw .invalidInput("the offsets of a list or map do not fit its elements") }
  }

  private static let mismatch = ParquetFormatError.invalidInput(
    "a nested vector does not have the shape of its column")
}

extension WrittenNode {
  var isNullable: Bool {
    switch self {
    case .leaf(_, let isNullable), .list(_, let isNullable), .map(_, _, let isNullable),
      .structure(_, let isNullable):
      isNullable
    }
  }
}
