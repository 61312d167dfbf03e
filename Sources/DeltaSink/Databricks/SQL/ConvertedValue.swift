import CDCCore

/// A value as one of another type, where `ColumnType.isConvertible(to:)` says that nothing is lost.
enum ConvertedValue {
  static func expression(_ value: String, _ own: ColumnType, to type: ColumnType, depth: Int = 0) -> String {
    if own.sqlName == type.sqlName { return value }
    switch (own, type) {
    case (.list(let own), .list(let type)): return each(value, own, type, depth)
    case (.map(let ownKey, let own), .map(let key, let type)):
      let keys = each("map_keys(\(value))", ownKey, key, depth)
      return "map_from_arrays(\(keys), \(each("map_values(\(value))", own, type, depth)))"
    case (.structure(let own), .structure(let fields)):
      let parts = fields.map { field in
        let known = own.first { field.takes($0) }.map { origin in
          expression("\(value).\(SQLText.name(origin.name))", origin.type, to: field.type, depth: depth)
        }
        return "\(SQLText.string(field.name)), \(known ?? "CAST(NULL AS \(field.type.sqlName))")"
      }
      return "CASE WHEN \(value) IS NOT NULL THEN named_struct(\(parts.joined(separator: ", "))) END"
    default: return "CAST(\(value) AS \(type.sqlName))"
    }
  }

  private static func each(_ list: String, _ own: ColumnType, _ type: ColumnType, _ depth: Int) -> String {
    if own.sqlName == type.sqlName { return list }
    let variable = "e\(depth)"
    return "transform(\(list), \(variable) -> \(expression(variable, own, to: type, depth: depth + 1)))"
  }
}
