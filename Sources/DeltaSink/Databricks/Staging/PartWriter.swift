import CDCCore

/// Writes rows of one table to Parquet parts: into a local file first, which is uploaded once it has its size, while
/// the next one is written. One caller at a time.
final class PartWriter {
  /// A part that is closed.
  struct Part: Sendable {
    var path: String
    /// The number that its row 0 has among all rows of the table.
    var firstRow: Int64
    var rowCount: Int64
  }

  private let staging: StagingContext
  private let columns: [ParquetColumn]
  /// In the volume.
  private let folder: String
  private let name: String
  /// The local files stay until `removeFiles`, so that their rows can be read.
  private let keepsFiles: Bool
  private var open: ParquetFileWriter?
  private(set) var parts: [Part] = []
  private(set) var nextRow: Int64

  init(
    _ staging: StagingContext, columns: [ParquetColumn], folder: String, name: String,
    keepsFiles: Bool = false,
    firstRow: Int64 = 0
  ) {
    self.staging = staging
    self.columns = columns
    self.folder = folder
    self.name = name
    self.keepsFiles = keepsFiles
    nextRow = firstRow
  }

  nonisolated(nonsending) func write(_ vectors: [ColumnVector], rowCount count: Int) async throws {
    guard count > 0 else { return }
    let writer = try open ?? begin()
    open = writer
    try writer.write(vectors, rowCount: count)
    nextRow += Int64(count)
    if writer.byteCount >= staging.options.partBytes { try await close() }
  }

  private func begin() throws -> ParquetFileWriter {
    try ParquetFileWriter(
      path: staging.spool.newPath(), columns: columns, options: staging.options.parquet)
  }

  /// Ends the open file and sends it on its way.
  nonisolated(nonsending) func close() async throws {
    guard let writer = open else { return }
    open = nil
    let part = Part(path: writer.path, firstRow: nextRow - writer.rowCount, rowCount: writer.rowCount)
    _ = try writer.close()
    parts.append(part)
    try await staging.uploads.begin(
      part.path, as: "\(folder)/\(name)-\(parts.count).parquet", removesFile: !keepsFiles)
  }

  /// A part without rows where there is none at all: a statement's source must be there.
  nonisolated(nonsending) func closeWithSomePart() async throws {
    if parts.isEmpty && open == nil { open = try begin() }
    try await close()
  }

  func removeFiles() {
    open?.abandon()
    open = nil
    for part in parts { _ = try? PosixFile.remove(part.path) }
  }
}

/// What the parts of one delivery share.
struct StagingContext: Sendable {
  let options: DatabricksOptions
  let spool: Spool
  let uploads: Uploads
  /// The folder of the delivery in the volume; its name is never used again.
  let folder: String
}
