// The text form in which values are compared with other engines; `arrowText` is its other half.

import CDCCore
import Foundation
import TestSupport

extension Value {
  var text: String {
    switch self {
    case .null: "null"
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .float(let value): value.isNaN ? "NaN" : hexadecimal(UInt64(value.bitPattern), digits: 8)
    case .double(let value): value.isNaN ? "NaN" : hexadecimal(value.bitPattern, digits: 16)
    case .bytes(let bytes): bytes.map { hexadecimal(UInt64($0), digits: 2) }.joined()
    case .list(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
    case .map(let keys, let values):
      "[" + zip(keys, values).map { "(\($0.text),\($1.text))" }.joined(separator: ",") + "]"
    case .structure(let fields): "(" + fields.map(\.text).joined(separator: ",") + ")"
    }
  }
}

private func hexadecimal(_ value: UInt64, digits: Int) -> String {
  let text = String(value, radix: 16)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}

extension ColumnVector {
  var texts: [String] { (0..<count).map { value(at: $0).text } }
}

/// The texts of every column of a Parquet file as another engine reads it, rows in the file's order.
func texts(ofParquet path: String, readBy engine: Engine) async throws -> [[String]] {
  let source = """
    \(arrowText)
    result = table_texts(engines.read_parquet(args[0], args[1]))
    """
  let json = try await LakeReader.python(
    source, arguments: [engine.rawValue, path])
  return try JSONDecoder().decode([[String]].self, from: Data(json.utf8))
}

/// The texts of every column of a table that `make` (Python, with pyarrow as `pa`) leaves in `table`, and the
/// Parquet file that `write` makes of it at `path`.
func texts(ofTable make: String, written write: String, to path: String) async throws -> [[String]] {
  let source = """
    \(arrowText)
    import datetime, decimal
    import pyarrow.parquet as pq
    path = args[0]
    \(make)
    \(write)
    result = table_texts(table)
    """
  let json = try await LakeReader.python(source, arguments: [path])
  return try JSONDecoder().decode([[String]].self, from: Data(json.utf8))
}
