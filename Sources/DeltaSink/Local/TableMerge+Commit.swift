import CDCCore

/// The end of a package for one table: one Delta commit that takes the old rows of all keys out and puts the new in.
extension TableMerge {
  func commit(at position: LSN) async throws {
    guard let index, let shape, index.count > 0 || isTruncated || shape.metadata != base?.metadata else {
      return
    }
    for _ in 0..<10 {
      try await locate()
      // Files are in the open from here to the commit only: `vacuum` may run beside.
      for writer in writers { try writer.publish() }
      var rewritten: [TableFileWriter] = []
      var vectorFile: String?
      let transaction = try await self.transaction(shape, position, &rewritten, &vectorFile)
      isSubmitted = true
      switch try transaction.commit() {
      case .committed(let snapshot):
        context.table.committed(snapshot, context.options.logger)
        return
      case .conflict:
        for writer in rewritten { writer.abandon() }
        if let vectorFile { _ = try? PosixFile.remove(context.table.store.absolutePath(vectorFile)) }
        base = try context.snapshotAfterConflict(base)
        matches = []
        located = 0
      }
    }
    throw DeltaError(
      .conflict, "Other writers won every race for the table's next version: nothing was written.",
      path: context.table.store.tablePath, isRetryable: true)
  }

  private func transaction(
    _ shape: TableShape, _ position: LSN, _ rewritten: inout [TableFileWriter], _ vectorFile: inout String?
  ) async throws -> DeltaTransaction {
    let time = WallClock.milliseconds
    var plan = isTruncated ? FilePlan() : FilePlan(matches)
    var metadata = shape.metadata
    if context.options.mergeMode == .deletionVectors && plan.strikes(struck, writers) {
      metadata.configuration[Metadata.deletionVectorsKey] = "true"
    }
    var transaction: DeltaTransaction
    if let base {
      transaction = DeltaTransaction(on: base, operation: "MERGE", isBlindAppend: false)
      if metadata != base.metadata { transaction.setMetadata(metadata) }
    } else {
      transaction = DeltaTransaction(creating: metadata, in: context.table.store, operation: "MERGE")
    }
    if isTruncated {
      for file in base?.files ?? [] { transaction.remove(file, at: time) }
    } else {
      try plan.readDeletionVectors(context.table)
    }
    let own = ownFiles(struck, time)
    switch context.options.mergeMode {
    case .deletionVectors:
      let vectors = plan.partly.map(\.vector) + own.compactMap(\.struck)
      let descriptors = try DeletionVector.write(vectors, to: context.table.store)
      vectorFile = try descriptors.first?.filePath()
      for (file, descriptor) in zip(plan.partly, descriptors) {
        if file.file.numRecords != nil {
          try transaction.setDeletionVector(descriptor, of: file.file, at: time)
        } else {
          // Another writer left no statistics, and a deletion vector needs the number of records.
          transaction.remove(file.file, at: time)
          var marked = file.file
          marked.deletionVector = descriptor
          marked.dataChange = true
          let records = try context.table.reader(of: marked.path).rowCount
          marked.stats = "{\"numRecords\":\(records),\"tightBounds\":false}"
          transaction.add(marked)
        }
      }
      transaction.add(Self.marked(own, descriptors.dropFirst(plan.partly.count)))
    case .copyOnWrite:
      for file in plan.partly { transaction.remove(file.file, at: time) }
      let writer = try await rewrite(plan.partly.map { ($0.file, $0.vector) }, own, shape)
      rewritten = [writer]
      transaction.add(writer.finished.map { writer.action(for: $0, at: time) })
      transaction.add(own.filter { $0.struck == nil }.map(\.file))
    }
    for file in plan.wholly { transaction.remove(file, at: time) }
    transaction.setTransaction(
      appID: context.pipeline, version: Int64(bitPattern: position.rawValue), at: time)
    return transaction
  }

  private struct OwnFile {
    var file: AddFile
    /// Rows that the package itself superseded.
    var struck: DeletionVector?
  }

  /// The package's files, except those without a row left.
  private func ownFiles(_ struck: [Int64], _ time: Int64) -> [OwnFile] {
    let struck = struck.sorted()
    var next = 0
    var own: [OwnFile] = []
    for writer in writers {
      for file in writer.finished {
        while next < struck.count, struck[next] < file.firstRow { next += 1 }
        let start = next
        while next < struck.count, struck[next] < file.rows.upperBound { next += 1 }
        let rows = struck[start..<next].map { $0 - file.firstRow }
        if rows.count == file.rows.count { continue }
        own.append(
          OwnFile(
            file: writer.action(for: file, at: time),
            struck: rows.isEmpty ? nil : DeletionVector(rows: rows)))
      }
    }
    return own
  }

  private static func marked(
    _ own: [OwnFile], _ descriptors: ArraySlice<DeletionVectorDescriptor>
  ) -> [AddFile] {
    var descriptors = descriptors
    return own.map { item in
      guard item.struck != nil, let descriptor = descriptors.popFirst() else { return item.file }
      var file = item.file
      file.deletionVector = descriptor
      file.stats = file.stats.flatMap { try? FileStatistics.widened($0) } ?? file.stats
      return file
    }
  }

  /// Copies what stays of files that lose rows.
  private func rewrite(
    _ old: [(AddFile, DeletionVector)], _ own: [OwnFile], _ shape: TableShape
  ) async throws -> TableFileWriter {
    let writer = context.writer(shape)
    let source = TableRows(table: context.table, schema: shape.metadata.schema)
    var buffer = RowGroupBuffer(shape)
    do {
      for (file, deleted) in old + own.compactMap({ own in own.struck.map { (own.file, $0) } }) {
        try await source.forEachGroup(of: file, deleted: deleted) { columns, count in
          try buffer.write(columns, rowCount: count, to: writer)
        }
      }
      try buffer.flush(to: writer)
      try writer.publish()
    } catch {
      writer.abandon()
      throw error
    }
    return writer
  }
}

/// What a merge does to the files that hold its keys.
private struct FilePlan {
  /// Files that keep rows, with all rows that are gone afterwards.
  var partly: [(file: AddFile, vector: DeletionVector)] = []
  /// Files without a row left.
  var wholly: [AddFile] = []
  private var rows: [(file: AddFile, rows: [Int32])] = []

  init(_ matches: [FileMatches] = []) {
    var positions: [String: Int] = [:]
    for found in matches {
      if let position = positions[found.file.path] {
        rows[position].rows += found.matches.rows
      } else {
        positions[found.file.path] = rows.count
        rows.append((found.file, found.matches.rows))
      }
    }
  }

  /// Whether a deletion vector may be needed.
  func strikes(_ struck: [Int64], _ writers: [TableFileWriter]) -> Bool { !rows.isEmpty || !struck.isEmpty }

  mutating func readDeletionVectors(_ table: LocalTable) throws {
    for (file, gone) in rows {
      var vector = try table.deletionVector(of: file) ?? DeletionVector()
      vector.insert(gone)
      if let records = file.numRecords, vector.cardinality >= records {
        wholly.append(file)
      } else {
        partly.append((file, vector))
      }
    }
  }
}
