import CDCCore

/// One connection of a full load: takes jobs, decodes their rows into batches, hands these over.
struct SnapshotReader {
  private let connection: PostgresConnection
  private let queue: SnapshotQueue
  private let sink: @Sendable (SnapshotEvent) async throws -> Void

  static func run(
    snapshot: PostgresSnapshot, queue: SnapshotQueue, limits: BatchLimits,
    sink: @escaping @Sendable (SnapshotEvent) async throws -> Void
  ) async throws {
    let connection: PostgresConnection
    do { connection = try await snapshot.source.connect() } catch { throw snapshot.source.explained(error) }
    let reader = SnapshotReader(connection: connection, queue: queue, sink: sink)
    do {
      try await PostgresSnapshot.adopt(snapshot.name, on: connection)
      try await reader.readJobs(of: snapshot, limits: limits)
      await connection.close()
    } catch {
      await connection.close()
      throw snapshot.source.explained(error)
    }
  }

  private func readJobs(of snapshot: PostgresSnapshot, limits: BatchLimits) async throws {
    var job = queue.next(after: nil)
    while let first = job {
      let table = first.table
      var decoder = CopyRowDecoder(layout: snapshot.layouts[table], limits: limits)
      // Jobs that are read to their end, with rows that still wait in the decoder.
      var read = 0
      while let current = job, current.table == table {
        try await connection.startCopyOut(current.sql)
        decoder.beginCopy()
        while try await connection.nextRows(into: &decoder) { try await handOver(&decoder, table) }
        read += 1
        job = queue.next(after: table)
      }
      try await handOver(&decoder, table)
      if queue.finish(read, table: table) { try await sink(.finished(table: table)) }
    }
  }

  private func handOver(_ decoder: inout CopyRowDecoder, _ table: Int) async throws {
    if decoder.rowCount > 0 { try await sink(.rows(table: table, decoder.takeBatch())) }
    let refusals = decoder.takeRefusals()
    if !refusals.isEmpty { try await sink(.refused(table: table, refusals)) }
  }
}
