// Writing and reading whole files in two lines.

import CDCCore
import TestSupport

@testable import DeltaSink

/// Writes one row group for each element of `groups`.
@discardableResult
func writeParquet(
  _ path: String, _ columns: [ParquetColumn], _ groups: [[ColumnVector]],
  _ options: ParquetOptions = ParquetOptions()
) throws -> ParquetFileSummary {
  let writer = try ParquetFileWriter(path: path, columns: columns, options: options)
  for group in groups { try writer.write(group, rowCount: group.first?.count ?? 0) }
  return try writer.close()
}

/// The texts of every column as this package's reader reads them, all row groups in order.
func texts(ofParquet path: String) throws -> [[String]] {
  let reader = try ParquetFileReader(path: path)
  var result = [[String]](repeating: [], count: reader.columns.count)
  for group in reader.rowGroups.indices {
    for (column, vector) in try reader.read(rowGroup: group).enumerated() { result[column] += vector.texts }
  }
  return result
}

/// The texts of the vectors that went into a file.
func texts(of groups: [[ColumnVector]]) -> [[String]] {
  guard let first = groups.first else { return [] }
  return first.indices.map { column in groups.flatMap { $0[column].texts } }
}
