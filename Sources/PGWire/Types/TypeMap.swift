/// The types that a set of columns needs, by OID, with the types under their domains and arrays.
package struct TypeMap: Sendable {
  package var types: [UInt32: PostgresType]

  package init(_ types: [PostgresType] = []) {
    self.types = Dictionary(types.map { ($0.oid, $0) }) { first, _ in first }
  }

  /// How values of a column of this type are read. A type that is not known is read as text.
  ///
  /// - Parameter typmod: of the column; −1 for none.
  package func format(_ oid: UInt32, typmod: Int32) -> ValueFormat {
    format(oid, typmod: typmod, depth: 0)
  }

  private func format(_ oid: UInt32, typmod: Int32, depth: Int) -> ValueFormat {
    if let builtin = ValueFormat(builtin: oid, typmod: typmod) { return builtin }
    // Domains may stand upon domains; no chain is so long as this.
    guard let type = types[oid], depth < 32 else { return ValueFormat(.opaque) }
    if type.typtype == "d" {
      let modifier = typmod == -1 ? type.baseTypmod : typmod
      return format(type.baseType, typmod: modifier, depth: depth + 1)
    }
    switch type.typtype {
    case "c": return composite(type, depth: depth + 1)
    case "r", "m": return range(type, depth: depth + 1)
    default: break
    }
    if type.element != 0, type.send == "array_send" {
      let element = format(type.element, typmod: typmod, depth: depth + 1)
      return .array(of: element, delimiter: type.delimiter)
    }
    if oid == ValueFormat.moneyOID {
      return ValueFormat(.money, precision: 19, scale: min(max(type.moneyScale, 0), 10))
    }
    return ValueFormat(sentBy: type.send) ?? ValueFormat(.opaque)
  }

  /// How values of a JSON type are read where their column is a VARIANT; nil for other types.
  package func variant(_ oid: UInt32) -> ValueFormat? {
    var base = oid
    for _ in 0..<32 {
      guard let type = types[base], type.typtype == "d" else { break }
      base = type.baseType
    }
    guard ValueFormat.jsonOIDs.contains(base) else { return nil }
    return ValueFormat(builtin: base, typmod: -1).map { ValueFormat(.variant, elements: [$0]) }
  }

  private func composite(_ type: PostgresType, depth: Int) -> ValueFormat {
    // Delta has no struct without fields.
    guard !type.attributes.isEmpty else { return ValueFormat(.opaque) }
    return ValueFormat(
      .composite,
      elements: type.attributes.map { format($0.type, typmod: $0.typmod, depth: depth) },
      fields: type.attributes.map { .init(name: $0.name, type: $0.type, typeName: $0.typeName) })
  }

  /// Ranges are strings; their binary form is understood where the bounds can be printed from theirs.
  private func range(_ type: PostgresType, depth: Int) -> ValueFormat {
    let inner = format(type.range, typmod: -1, depth: depth)
    if type.typtype == "m" {
      return inner.kind == .range
        ? ValueFormat(.multirange, elements: inner.elements) : ValueFormat(.opaque)
    }
    return inner.isPrintable ? ValueFormat(.range, elements: [inner]) : ValueFormat(.opaque)
  }
}
