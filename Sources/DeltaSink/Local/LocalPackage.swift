import CDCCore

/// One load package on its way into the lake: each table gathers its changes; `commit` brings the tables up, side by
/// side, and then the checkpoint.
actor LocalPackage: PackageWriter {
  private let destination: LocalDeltaDestination
  private let package: LoadPackage
  private var tables: [TableName: any PackageTable] = [:]
  /// What the tables' shapes became on the way, for `_cdc_schema`.
  private var shapes: [(table: TableSchema, position: LSN)] = []
  /// Tables with an open file, least recently written first.
  private var awake: [TableName] = []

  /// Open files at a time: each keeps a few megabytes for encoding.
  private static let awakeLimit = 8
  private static let commitsAtOnce = 4

  init(_ destination: LocalDeltaDestination, _ package: LoadPackage) {
    self.destination = destination
    self.package = package
  }

  func write(_ changes: ChangeBatch, disposition: WriteDisposition) async throws {
    let table = try table(changes.table, disposition, at: changes.positions.first)
    try await wake(changes.table.name)
    try await table.write(changes)
  }

  func truncate(
    _ table: TableSchema, disposition: WriteDisposition, transaction: TransactionRun
  ) async throws {
    try await self.table(table, disposition).truncate(table, transaction)
  }

  /// - Parameter position: of the first change in this shape, where one is known.
  private func table(
    _ schema: TableSchema, _ disposition: WriteDisposition, at position: LSN? = nil
  ) throws -> any PackageTable {
    if !schema.name.isOwn {
      let shape = LocalDeltaDestination.isAppended(schema, disposition) ? schema.appendedWithKey : schema
      if shapes.last(where: { $0.table.name == shape.name })?.table != shape {
        shapes.append((shape, max(position ?? .zero, package.from)))
      }
    }
    if let known = tables[schema.name] { return known }
    let context = try PackageContext(
      destination.table(schema.name), pipeline: package.pipeline, options: destination.options)
    let new: any PackageTable =
      LocalDeltaDestination.isAppended(schema, disposition) ? TableAppend(context) : TableMerge(context)
    tables[schema.name] = new
    return new
  }

  private func wake(_ name: TableName) async throws {
    awake.removeAll { $0 == name }
    awake.append(name)
    guard awake.count > Self.awakeLimit else { return }
    try await tables[awake.removeFirst()]?.rest()
  }

  func commit(_ checkpoint: Checkpoint) async throws {
    let options = destination.options
    try await withThrowingTaskGroup(of: Void.self) { group in
      var waiting = tables.sorted { $0.key < $1.key }.map(\.value)[...]
      for running in 0..<tables.count {
        if running >= Self.commitsAtOnce { try await group.next() }
        guard let table = waiting.popFirst() else { break }
        group.addTask {
          try options.pass(.beforeTableCommit)
          try await table.commit(at: checkpoint.position)
          try options.pass(.afterTableCommit)
        }
      }
      try await group.waitForAll()
    }
    for shape in shapes { destination.schemas.note(shape.table, at: shape.position) }
    try await destination.record(checkpoint)
    let names = tables.keys.sorted()
    tables = [:]
    try await destination.keepUp(names.map(destination.table), pipeline: package.pipeline)
  }

  func abandon() async {
    for table in tables.values { await table.abandon() }
    tables = [:]
  }
}
