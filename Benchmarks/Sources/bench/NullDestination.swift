import CDCCore

/// Takes everything and keeps nothing: what is left is the cost of the source.
struct NullDestination: Destination {
  func open(pipeline: String) async throws -> Checkpoint? {
    Checkpoint(
      pipeline: pipeline, kind: .fullLoad, packageID: "", position: .zero, commitTime: 0, rowCount: 0)
  }

  func beginLoad(
    _ table: TableSchema, disposition: WriteDisposition, carrying carried: CarriedRows?, pipeline: String,
    position: LSN
  ) async throws -> any TableLoad { NullLoad() }

  func beginPackage(_ package: LoadPackage) async throws -> any PackageWriter { NullPackage() }

  func record(_ checkpoint: Checkpoint) async throws {}
}

struct NullLoad: TableLoad {
  func write(_ rows: RowBatch) async throws {}
  func commit() async throws {}
  func abandon() async {}
}

struct NullPackage: PackageWriter {
  func write(_ changes: ChangeBatch, disposition: WriteDisposition) async throws {}
  func truncate(_ table: TableSchema, disposition: WriteDisposition, transaction: TransactionRun) async throws
  {}
  func commit(_ checkpoint: Checkpoint) async throws {}
  func abandon() async {}
}
