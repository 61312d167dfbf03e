import CDCCore

/// Columns of type json or jsonb that a hint makes a VARIANT.
extension TableLayout {
  /// - Throws: `CDCError.configuration` where the column is of another type.
  mutating func makeVariant(_ index: Int, _ table: CatalogTable, _ types: TypeMap) throws {
    let column = schema.columns[index]
    let type = table.sentColumns.first { $0.name == column.name }?.type
    guard let format = type.flatMap(types.variant) else {
      throw CDCError(
        .configuration,
        "The hint makes a column of type \(column.sourceType) a variant, which only json and jsonb can be. Leave the hint out "
          + "(then it is a \(column.type)), or choose string.", table: schema.name, column: column.name)
    }
    formats[index] = format
    schema.columns[index].type = format.columnType
  }

  /// A VARIANT is not equal to anything. One that is hashed is text, which may be in a key.
  ///
  /// - Throws: `CDCError.configuration`.
  func requireNoVariant(inKey hints: ResourceHints) throws {
    for column in schema.keyColumns where column.type == .variant {
      if case .sha256? = hints.columns[column.name]?.mask { continue }
      throw CDCError(
        .configuration,
        "The hint makes a column of the key a variant, which cannot be compared. Leave the hint out (then it is a string), or "
          + "choose another key.", table: schema.name, column: column.name)
    }
  }
}

extension ColumnBuilder {
  /// The JSON's text, if it means the same once it is a VARIANT.
  @inline(never)
  mutating func append(variant field: RawSpan, isText: Bool) throws(ValueError) {
    // jsonb has each key once, and numbers written out.
    let isBinaryJSON = format.elements[0].kind == .versionedText
    let start = bytes.count
    if isBinaryJSON, !isText {
      guard field.byteCount >= 1, field.byte(0) == 1 else { throw .malformed }
      bytes.append(field.extracting(1..<field.byteCount))
    } else {
      bytes.append(field)
    }
    do throws(VariantObstacle) {
      try VariantObstacle.check(bytes[start...], keysAreUnique: isBinaryJSON)
    } catch {
      abandonBytes()
      throw ValueError(error)
    }
    try endBytes()
  }
}

extension ValueError {
  fileprivate init(_ obstacle: VariantObstacle) {
    self =
      switch obstacle {
      case .malformed: .malformed
      case .repeatedKey: .repeatedKey
      case .roundedNumber: .roundedNumber
      case .halfSurrogatePair: .halfSurrogatePair
      case .tooLarge: .beyondVariant
      }
  }
}
