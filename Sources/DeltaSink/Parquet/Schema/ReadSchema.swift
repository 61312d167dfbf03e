// From a file's schema elements to columns and levels, foreign files' older list and map shapes included
// (LogicalTypes.md "Nested Types", backward-compatibility rules).

import CDCCore

/// One leaf column as it is read.
struct ReadLeaf: Sendable {
  /// Which column chunk of a row group it is.
  let position: Int
  let physicalType: PhysicalType
  let typeLength: Int
  let conversion: LeafConversion
  let type: ColumnType
  let maxDefinitionLevel: Int
  let maxRepetitionLevel: Int
}

/// One node of the schema, with what it takes to tell it from a leaf's levels.
struct ReadNode: Sendable {
  enum Kind: Sendable {
    case leaf(ReadLeaf)
    indirect case list(element: ReadNode)
    indirect case map(key: ReadNode, value: ReadNode)
    case structure([ReadNode])
  }

  let column: ParquetColumn
  let kind: Kind
  /// The definition level at which the node itself is not null.
  let definitionLevel: UInt32
  /// Of the closest repeated ancestor: below it the node has no place at all.
  let ancestorDefinitionLevel: UInt32
  /// How many repeated ancestors it has.
  let repetitionLevel: UInt32

  var leaves: [ReadLeaf] {
    switch kind {
    case .leaf(let leaf): [leaf]
    case .list(let element): element.leaves
    case .map(let key, let value): key.leaves + value.leaves
    case .structure(let fields): fields.flatMap(\.leaves)
    }
  }
}

struct ReadSchema: Sendable {
  private(set) var columns: [ReadNode] = []
  private(set) var leafCount = 0
  private let elements: [SchemaElement]
  private var position = 0

  init(_ elements: [SchemaElement]) throws(ParquetFormatError) {
    self.elements = elements
    guard let root = elements.first else { throw .corrupt("the footer has no schema") }
    position = 1
    for _ in 0..<(try Self.checked(root.childCount ?? 0)) { columns.append(try node(Levels(), depth: 0)) }
    guard position == elements.count else { throw .corrupt("the schema has elements that belong nowhere") }
  }

  /// The levels that the nodes above have used up.
  private struct Levels {
    var definition: UInt32 = 0
    var repetition: UInt32 = 0
    var ancestor: UInt32 = 0

    func repeated() -> Levels {
      Levels(definition: definition + 1, repetition: repetition + 1, ancestor: definition + 1)
    }
  }

  private static func checked(_ childCount: Int32) throws(ParquetFormatError) -> Int32 {
    guard childCount >= 0 else { throw .corrupt("a schema element with a negative count of children") }
    return childCount
  }

  private mutating func next() throws(ParquetFormatError) -> SchemaElement {
    guard position < elements.count else { throw .corrupt("the schema ends too early") }
    defer { position += 1 }
    return elements[position]
  }

  private mutating func node(
    _ above: Levels, depth: Int
  ) throws(ParquetFormatError) -> ReadNode {
    guard depth < 64 else { throw .corrupt("the schema is nested too deeply") }
    let element = try next()
    if element.repetition == .repeated {
      // A repeated field outside of LIST and MAP: "a required list of required elements".
      let child = try content(of: element, above.repeated(), isNullable: false, depth: depth)
      return list(of: child, named: element, above, isNullable: false)
    }
    return try content(of: element, above, isNullable: element.repetition == .optional, depth: depth)
  }

  /// The node of an element, repetition aside.
  private mutating func content(
    of element: SchemaElement, _ above: Levels, isNullable: Bool, depth: Int
  ) throws(ParquetFormatError) -> ReadNode {
    var levels = above
    if isNullable { levels.definition += 1 }
    guard let childCount = element.childCount, element.type == nil || childCount > 0 else {
      return try leaf(element, above, levels, isNullable: isNullable)
    }
    guard childCount >= 0 else { throw .corrupt("a schema element has a negative number of children") }
    let isList = element.logicalType == .list || element.convertedType == .list
    let isMap =
      element.logicalType == .map || element.convertedType == .map || element.convertedType == .mapKeyValue
    if childCount == 1, isList || isMap, position < elements.count, elements[position].repetition == .repeated
    {
      let group = try next()
      if isMap, group.childCount == 2 {
        let key = try node(levels.repeated(), depth: depth + 1)
        let value = try node(levels.repeated(), depth: depth + 1)
        return make(
          element, .map(key: key.column.type, value: value.column.type), [key.column, value.column],
          .map(key: key, value: value), above, levels, isNullable: isNullable)
      }
      let child =
        isElement(group, of: element)
        ? try content(of: group, levels.repeated(), isNullable: false, depth: depth + 1)
        : try node(levels.repeated(), depth: depth + 1)
      return list(of: child, named: element, above, isNullable: isNullable)
    }
    var fields: [ReadNode] = []
    for _ in 0..<(try Self.checked(childCount)) { fields.append(try node(levels, depth: depth + 1)) }
    let type = ColumnType.structure(
      fields.map {
        ColumnSchema(name: $0.column.name, type: $0.column.type, isNullable: $0.column.isNullable)
      })
    return make(
      element, type, fields.map(\.column), .structure(fields), above, levels, isNullable: isNullable)
  }

  /// Whether the repeated field is the element itself (rules 1 to 4), not a group around it.
  private func isElement(_ group: SchemaElement, of list: SchemaElement) -> Bool {
    guard group.type == nil, group.childCount == 1 else { return true }
    if position < elements.count, elements[position].repetition == .repeated { return true }
    return group.name == "array" || group.name == list.name + "_tuple"
  }

  private mutating func leaf(
    _ element: SchemaElement, _ above: Levels, _ levels: Levels, isNullable: Bool
  ) throws(ParquetFormatError) -> ReadNode {
    guard let physicalType = element.type else {
      throw .corrupt("a schema element has neither type nor children")
    }
    let length = Int(element.typeLength ?? 0)
    guard physicalType != .fixedLenByteArray || (1...(1 << 20)).contains(length) else {
      throw .corrupt("a FIXED_LEN_BYTE_ARRAY of impossible length")
    }
    let (type, conversion) = try element.columnType(physicalType)
    let leaf = ReadLeaf(
      position: leafCount, physicalType: physicalType, typeLength: length, conversion: conversion,
      type: type, maxDefinitionLevel: Int(levels.definition), maxRepetitionLevel: Int(levels.repetition))
    leafCount += 1
    return make(element, type, [], .leaf(leaf), above, levels, isNullable: isNullable)
  }

  private func list(
    of child: ReadNode, named element: SchemaElement, _ above: Levels, isNullable: Bool
  ) -> ReadNode {
    var levels = above
    if isNullable { levels.definition += 1 }
    return make(
      element, .list(child.column.type), [child.column], .list(element: child), above, levels,
      isNullable: isNullable)
  }

  private func make(
    _ element: SchemaElement, _ type: ColumnType, _ children: [ParquetColumn], _ kind: ReadNode.Kind,
    _ above: Levels, _ levels: Levels, isNullable: Bool
  ) -> ReadNode {
    ReadNode(
      column: ParquetColumn(
        name: element.name, type: type, isNullable: isNullable, fieldID: element.fieldID, children: children),
      kind: kind, definitionLevel: levels.definition, ancestorDefinitionLevel: above.ancestor,
      repetitionLevel: above.repetition)
  }
}
