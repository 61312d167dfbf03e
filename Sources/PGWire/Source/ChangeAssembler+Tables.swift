import CDCCore

/// Which tables the stream tells of, and how each is read from here on.
extension ChangeAssembler {
  mutating func take(_ relation: RelationMessage) -> ReplicationSignal {
    guard relations[relation.oid] != relation else {
      if places[relation.oid] ?? -1 >= 0 { suspects.insert(relation.oid) }
      return .next
    }
    if transaction.run.commitLSN < positions[relation.id] ?? .zero {
      relations[relation.oid] = relation
      ahead[relation.oid] = relation
      leave(relation.oid)
      return .next
    }
    ahead[relation.oid] = nil
    undefined.append(relation)
    return .pause
  }

  /// Takes up the tables whose position the stream has reached.
  mutating func followTables() -> ReplicationSignal {
    let reached = ahead.values.filter { transaction.run.commitLSN >= positions[$0.id] ?? .zero }
    for relation in reached {
      ahead[relation.oid] = nil
      early.insert(relation.oid)
    }
    undefined += reached.sorted { $0.oid < $1.oid }
    return undefined.isEmpty ? .next : .pause
  }

  /// What is in `undefined` cannot be followed, as the error says. Where it is from before the table's position, the table may
  /// have another definition by now: it waits for its next change then, before which the server tells.
  ///
  /// - Throws: the error, where the table is described as it is.
  mutating func postpone(_ relation: RelationMessage, because error: any Error) throws {
    guard early.remove(relation.oid) != nil,
      error is UnsyncedTables || (error as? CDCError)?.code == .schemaContract
    else { throw error }
    undefined.removeAll { $0.oid == relation.oid }
    leave(relation.oid)
    outdated[relation.oid] = error
  }

  /// The table's changes are passed over from here on.
  private mutating func leave(_ relation: UInt32) {
    if let old = places[relation], old >= 0, let batch = tables[old].takeBatch() {
      events.append(.changes(batch))
    }
    places[relation] = -1
    lastRelation = 0
    lastPlace = -1
  }

  /// The layouts of tables that were described again in the same words since the last call.
  mutating func takeSuspects() -> [TableLayout] {
    defer { suspects = [] }
    return suspects.sorted().compactMap { layout(of: $0) }
  }

  /// The layout that the table had before, if it was met.
  func layout(of relation: UInt32) -> TableLayout? {
    guard let place = places[relation], place >= 0 else { return nil }
    return tables[place].layout
  }

  /// Says how the table in `undefined` is read from here on; nil leaves it out. What waits in its old shape is handed
  /// over.
  mutating func define(_ relation: RelationMessage, as layout: TableLayout?) {
    undefined.removeAll { $0.oid == relation.oid }
    early.remove(relation.oid)
    outdated[relation.oid] = nil
    relations[relation.oid] = relation
    lastRelation = 0
    lastPlace = -1
    let old = places[relation.oid]
    guard let layout else { return leave(relation.oid) }
    let targets = relation.columns.map { layout.place(of: $0.name) }
    if let old, old >= 0 {
      if tables[old].layout.schema == layout.schema, tables[old].layout.formats == layout.formats,
        tables[old].targets == targets
      {
        return
      }
      if let batch = tables[old].takeBatch() { events.append(.changes(batch)) }
      tables[old] = TableChanges(layout: layout, targets: targets)
    } else {
      places[relation.oid] = tables.count
      tables.append(TableChanges(layout: layout, targets: targets))
    }
  }
}
