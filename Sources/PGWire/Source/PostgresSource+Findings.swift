public import CDCCore

/// What must hold at the source before a first run, looked at one by one; `check` throws at the first obstacle instead.
extension PostgresSource {
  /// Looks at server, role, slots, tables and publication, and changes nothing.
  ///
  /// - Parameter report: called with each finding as it is made.
  public func findings(_ report: (CheckFinding) -> Void) async {
    do {
      try await withConnection { connection in
        let facts = try await ServerFacts(connection)
        report(facts.server)
        report(facts.wal)
        report(await self.replicationFinding(facts))
        report(facts.slots(try? await self.slotState(on: connection), name: self.slotName))
        if let limits = facts.limits { report(limits) }
        if let waiting = facts.openTransactions { report(waiting) }
        await self.reportTables(facts, on: connection, report)
      }
    } catch {
      report(
        CheckFinding(
          "server", .failed, Self.reason(error),
          advice:
            "Check the connection (--source, or PGHOST, PGPORT, PGUSER, PGDATABASE, .pgpass) and that the server "
            + "runs and admits this machine (pg_hba.conf)."))
    }
  }

  /// Only an attempt tells: the privilege has other names on managed services, and pg_hba.conf has its say.
  private func replicationFinding(_ facts: ServerFacts) async -> CheckFinding {
    do {
      let connection = try await PostgresConnection.connectForReplication(settings, logger: logger)
      await connection.close()
      return CheckFinding("replication", .ok, "\(facts.user) may start it")
    } catch {
      let user = SQLQuoting.identifier(facts.user)
      return CheckFinding(
        "replication", .failed, Self.reason(error),
        advice:
          "Let a superuser give the role the right to replicate, and have a WAL sender free (max_wal_senders).",
        statements: [
          facts.hasRDSRole ? "GRANT rds_replication TO \(user);" : "ALTER ROLE \(user) WITH REPLICATION;"
        ])
    }
  }

  private func reportTables(
    _ facts: ServerFacts, on connection: PostgresConnection, _ report: (CheckFinding) -> Void
  ) async {
    do {
      let catalog = try await catalog(on: connection)
      let layouts = try layouts(catalog)
      let rights = try await TableRights.read(catalog.tables, from: connection)
      let tables = TableFindings(
        tables: catalog.tables, layouts: layouts, resources: resources, rights: rights, user: facts.user,
        leaves: try await SnapshotLeaf.read(catalog.tables.map(\.oid), from: connection))
      tables.all.forEach(report)
      report(
        PublicationFinding(
          name: publicationName, insertName: insertPublicationName, tables: catalog.tables, rights: rights,
          facts: facts,
          published: try await publishedTables(publicationName, on: connection).map { Set($0.keys) },
          publishedInserts: try await publishedTables(insertPublicationName, on: connection).map {
            Set($0.keys)
          },
          reaches: try await publicationReaches(catalog.tables, layouts, on: connection)
        ).finding)
    } catch {
      report(CheckFinding("tables", .failed, Self.reason(error)))
    }
  }

  /// One line, whatever a cause deeper down looks like.
  private static func reason(_ error: any Error) -> String {
    "\(error)".split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
