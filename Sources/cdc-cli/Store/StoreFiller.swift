internal import PGWire

/// Creates the store in an empty corner of a database and fills it through COPY, two tables at a time.
struct StoreFiller {
  let settings: ConnectionSettings
  let scale: StoreScale
  /// Marks a table as ours, so that it may be replaced.
  private static let mark = "cdc demo store"

  func run(progress: @escaping @Sendable (_ table: String, _ rows: Int) -> Void) async throws {
    let connection = try await PostgresConnection.connect(settings)
    defer { Task { await connection.close() } }
    try await prepare(connection)
    // The large tables first, so that the two connections end at about the same time.
    let largestFirst = StoreTable.all.sorted { $0.units(scale) > $1.units(scale) }
    let queue = TableQueue(largestFirst)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<2 { group.addTask { try await fill(from: queue, progress: progress) } }
      try await group.waitForAll()
    }
    try await addKeys(connection)
  }

  private func prepare(_ connection: PostgresConnection) async throws {
    let names = StoreTable.all.map { SQLQuoting.literal($0.name) }.joined(separator: ", ")
    let foreign = try await connection.query(
      """
      SELECT relname FROM pg_class
      WHERE relnamespace = current_schema()::regnamespace AND relname IN (\(names))
        AND coalesce(obj_description(oid, 'pg_class'), '') NOT LIKE '\(Self.mark)%' ORDER BY 1
      """)
    if let table = foreign.scalar {
      throw UsageError(
        "The database already has a table \(table) that the demo did not make, and the demo would replace it. "
          + "Give it a database of its own: CREATE DATABASE store, then --source with that name.")
    }
    let list = StoreTable.all.map(\.name).joined(separator: ", ")
    var script = "DROP TABLE IF EXISTS \(list) CASCADE;\n"
    for table in StoreTable.all {
      script +=
        "\(table.createStatement);\nCOMMENT ON TABLE \(table.name) IS '\(Self.mark), seed \(scale.seed)';\n"
    }
    try await connection.execute(script)
  }

  private func fill(
    from queue: TableQueue, progress: @escaping @Sendable (_ table: String, _ rows: Int) -> Void
  ) async throws {
    let connection = try await PostgresConnection.connect(settings)
    defer { Task { await connection.close() } }
    while let table = await queue.next() {
      let tag = try await connection.copyIn(
        "COPY \(table.name) FROM STDIN", StoreRows(table: table, scale: scale))
      try await connection.execute("ALTER TABLE \(table.name) ADD PRIMARY KEY (\(table.primaryKey))")
      progress(table.name, tag.split(separator: " ").last.flatMap { Int($0) } ?? 0)
    }
  }

  private func addKeys(_ connection: PostgresConnection) async throws {
    var script = ""
    for table in StoreTable.all where !table.foreignKeys.isEmpty {
      script +=
        "ALTER TABLE \(table.name) \(table.foreignKeys.map { "ADD \($0)" }.joined(separator: ", "));\n"
    }
    script += "CREATE INDEX ON invoice_line (invoice_id);\nCREATE INDEX ON invoice (customer_id);\n"
    script += "ANALYZE \(StoreTable.all.map(\.name).joined(separator: ", "));\n"
    try await connection.execute(script)
  }
}

private actor TableQueue {
  private var tables: [StoreTable]
  init(_ tables: [StoreTable]) { self.tables = tables }
  func next() -> StoreTable? { tables.isEmpty ? nil : tables.removeFirst() }
}

/// A table's rows as chunks for COPY, made while they are sent.
struct StoreRows: Sequence, Sendable {
  let table: StoreTable
  let scale: StoreScale
  var chunkBytes = 256 << 10

  struct Iterator: IteratorProtocol {
    let rows: StoreRows
    let end: Int
    var unit = 1
    var text: CopyText

    mutating func next() -> [UInt8]? {
      guard unit <= end else { return nil }
      text.removeAll()
      while unit <= end, text.bytes.count < rows.chunkBytes {
        rows.table.append(rows.scale, unit, &text)
        unit += 1
      }
      return text.bytes
    }
  }

  func makeIterator() -> Iterator {
    Iterator(rows: self, end: table.units(scale), text: CopyText(capacity: chunkBytes + 4096))
  }
}
