import CDCCore

/// Where things lie in Databricks: all tables of a pipeline in one schema, staged files in a volume of another.
///
/// A table of PostgreSQL's schema `public` keeps its name, one of another schema `s` is `s__t`. Unity Catalog stores names in
/// lower case and refuses dots, spaces, slashes and control characters: names are lowered, and an ASCII character other
/// than a letter, a digit, `_` or `-` becomes `~` and two hexadecimal digits, lower-case too: `information_schema` would not know them otherwise.
struct DatabricksLayout: Sendable, Hashable {
  let catalog: String
  let schema: String
  let stagingSchema: String
  let volume: String

  static let state = "_cdc_state"
  static let loads = "_cdc_loads"
  static let schemas = "_cdc_schema"

  /// The quoted name of a table of the dataset.
  func table(_ target: String) -> String { SQLText.name([catalog, schema, target]) }

  var volumePath: String { "/Volumes/\(catalog)/\(stagingSchema)/\(volume)" }

  /// The folder of a pipeline's unfinished deliveries.
  func folder(pipeline: String) -> String { "\(volumePath)/\(Self.safe(pipeline))" }

  /// - Throws: `CDCError.configuration` for a name that no table can have.
  static func target(of table: TableName) throws -> String {
    if table.isOwn { return table.name }
    let name = safe(table.name.lowercased())
    let target = table.schema == "public" ? name : "\(safe(table.schema.lowercased()))__\(name)"
    guard !table.name.isEmpty, target.utf8.count <= 255 else {
      throw CDCError(
        .configuration, "The name is empty or too long for a table of Unity Catalog. Leave the table out.",
        table: table)
    }
    guard ![state, loads, schemas].contains(target), !TableName.own.contains(where: { $0.name == target })
    else {
      throw CDCError(
        .configuration, "The name \(target) belongs to a table of the pipeline's state. Leave the table out.",
        table: table)
    }
    return target
  }

  /// Letters of other alphabets stay.
  static func safe(_ name: String) -> String {
    var result = ""
    for scalar in name.unicodeScalars {
      if scalar.value >= 0x80 || kept.contains(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        let digits = String(scalar.value, radix: 16)
        result += "~" + (digits.utf8.count == 1 ? "0" : "") + digits
      }
    }
    return result
  }

  private static let kept = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-".unicodeScalars)
}
