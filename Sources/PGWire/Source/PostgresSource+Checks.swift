import CDCCore
import Logging

/// What must hold before anything is created, each with a paragraph that says what to do.
extension PostgresSource {
  /// Looks at the server, the user and the tables, and changes nothing.
  ///
  /// - Returns: remarks on tables that are captured with restrictions.
  /// - Throws: the first obstacle.
  public func check() async throws -> [String] {
    try await withConnection { connection in
      try await self.checkServer(connection)
      let catalog = try await self.catalog(on: connection)
      try await self.requireReach(catalog.tables, try self.layouts(catalog), on: connection)
      return catalog.tables.filter { !$0.hasUsableIdentity }.map { table in
        "Table \(table.tableName) has no replica identity (no primary key, or REPLICA IDENTITY NOTHING): only its "
          + "inserts and truncations are captured, and it is appended to. Give it a primary key, or run "
          + "ALTER TABLE \(table.quotedName) REPLICA IDENTITY FULL."
      }
    }
  }

  func checkServer(_ connection: PostgresConnection) async throws {
    let version = await connection.serverVersion
    guard version >= 130_000 else {
      throw CDCError(
        .configuration,
        "The server is PostgreSQL \(version / 10_000); version 13 or later is needed. Upgrade the server.")
    }
    let row = try await connection.query(
      """
      SELECT current_setting('wal_level'), pg_encoding_to_char(encoding), pg_is_in_recovery()
      FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()
      """)
    guard row[0, "current_setting"] == "logical" else {
      throw CDCError(
        .configuration,
        "The server's wal_level is \(row[0, "current_setting"] ?? "unknown"), so it does not log what change data "
          + "capture needs. Run ALTER SYSTEM SET wal_level = logical and restart the server (on a managed service: set "
          + "its logical replication parameter, such as rds.logical_replication, and reboot).")
    }
    guard row[0, "pg_is_in_recovery"] != "t" || version >= 160_000 else {
      throw CDCError(
        .configuration,
        "The server is a standby, and standbys decode their log from PostgreSQL 16 on only. Name the primary."
      )
    }
    let encoding = row[0, "pg_encoding_to_char"] ?? ""
    if encoding == "SQL_ASCII" {
      logger.warning("the database's encoding is SQL_ASCII: a text that is not UTF-8 will stop the run")
    }
  }

  /// The layout of each table by catalog and hints, in the catalog's order.
  func layouts(_ catalog: Catalog) throws -> [TableLayout] {
    try catalog.tables.map { table in
      let hints = resources.hints(for: table.tableName) ?? ResourceHints()
      let layout = try TableLayout(table, types: catalog.types, hints: hints)
      if let partition = table.unloggedPartition {
        throw CDCError(
          .configuration,
          "Its partition \(partition) is unlogged and leaves no changes in the log, so the copy would go without them. Run "
            + "ALTER TABLE \(partition) SET LOGGED, or leave the table out.", table: table.tableName)
      }
      if layout.isMergedByRow, table.kind == "p", table.hasUsableIdentity, !table.hasWholeRowsInLog {
        throw CDCError(
          .configuration,
          "The partitions name their rows in the log by columns that are no key of the table, so its changes cannot be "
            + "merged as asked. A replica identity is not passed on to partitions: run ALTER TABLE … REPLICA IDENTITY "
            + (table.primaryKey.isEmpty ? "FULL" : "DEFAULT")
            + " for each, or name columns that all of them carry as "
            + "the table's key, or have it appended: leave its write disposition out, or set it to append.",
          table: table.tableName)
      }
      if layout.isMergedByRow, !table.hasUsableIdentity {
        throw CDCError(
          .configuration,
          "The table has no key, so its changes cannot be merged as asked. Give it one (ALTER TABLE "
            + "\(table.quotedName) ADD PRIMARY KEY …), or let the log carry whole rows (ALTER TABLE "
            + "\(table.quotedName) REPLICA IDENTITY FULL), or have it appended: leave its write disposition out, or set it "
            + "to append.", table: table.tableName)
      }
      return layout
    }
  }

  /// Says what to do about the errors of creating slots and publications.
  func explained(_ error: any Error) -> any Error {
    guard let error = error as? PostgresError else { return error }
    let explanation: String? =
      switch error.sqlState {
      case "53400":
        "All replication slots of the server are taken. Drop one that nobody uses (SELECT slot_name, active FROM "
          + "pg_replication_slots; SELECT pg_drop_replication_slot('…')), or raise max_replication_slots and restart."
      case "55006":
        "The replication slot \(slotName) is in use by another process: another run of pipeline \(pipeline), or one "
          + "whose end the server has not noticed yet (it does within wal_sender_timeout). Stop the other run, or wait."
      case "53300":
        "The server has no connection or WAL sender left. Close some, or raise max_connections and max_wal_senders."
      case "42501":
        "The user lacks a permission: \(error.message). Replication needs ALTER ROLE … REPLICATION, reading needs "
          + "GRANT SELECT on the tables, and a publication is made by the tables' owner with the right to create in the "
          + "database: run as that owner once, or let the owner create it (cdc check prints the statements)."
      case "25006":
        "The server takes no changes: it is a standby, or read-only by its settings. Make the pipeline's publications at its "
          + "primary (cdc check prints the statements), and drop them there."
      case "22021", "22P05":
        "The server cannot send a text as UTF-8: \(error.message). A database of encoding SQL_ASCII takes any bytes "
          + "without looking at them. Correct the rows, then run a full load, which passes over what the log holds of them; or "
          + "leave the column out of the publication (a list of columns, from PostgreSQL 15 on), or move the data to a database "
          + "that has an encoding."
      case "54000",
        "XX000" where error.message.contains("memory"):
        "The server cannot send a row: \(error.message). It builds a row in one piece of at most 1 GB; in text form bytea takes "
          + "two characters a byte. Leave the large column out (a hint of the table's), or make its values smaller."
      default: nil
      }
    guard let explanation else { return error }
    let code: CDCError.Code = error.isObjectInUse ? .fenced : .configuration
    return CDCError(code, explanation, isRetryable: error.isRetryable, underlying: error)
  }
}
