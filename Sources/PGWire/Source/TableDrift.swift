import CDCCore

/// What has become of a table since the destination took it over, as far as two looks at its definition tell.
///
/// The log tells of a new definition with the next change, and of nothing that a definition does to rows that are there: a
/// rewrite (ALTER TYPE, a volatile default) is not decoded, a constant default is filled in by the server as it reads, a key
/// or a publication's list is no matter of rows at all. Wherever such a thing is possible the table has to be loaded.
struct TableDrift: Sendable {
  /// What the columns went through, each as the end of a sentence. The contract `freeze` refuses them.
  var changes: [String] = []
  /// Why changes cannot bring the table up, as the end of a sentence; nil where they can.
  var reason: String?
  /// A whole sentence: why the table must not be copied as it is now, whatever its contract.
  var refusal: String?

  /// - Parameters:
  ///   - known: as the destination has it.
  ///   - now: by the catalog's `table` and the hints.
  ///   - isMergedByRow: rows are known by the values of all their columns.
  init(from known: TableSchema, to now: TableSchema, _ table: CatalogTable, isMergedByRow: Bool = false) {
    guard let mark = known.mark.flatMap({ TableMark($0) }) else { return }
    guard mark.oid == table.oid else {
      reason = "it was dropped and created again"
      return
    }
    if mark.membership != table.membership { reason = "it was not published all the time" }
    if !mark.publicationVersions.isEmpty, !table.publicationVersions.isEmpty,
      mark.publicationVersions != table.publicationVersions
    {
      reason = "what its publication lets through was altered"
    }
    comparePartitions(mark, table)
    if let column = table.columns.first(where: mark.hasRenamedLabel) {
      reason = "a label of column \(column.name) has another name"
    }
    if let column = table.columns.first(where: mark.hasOtherAttributes) {
      reason = "an attribute of column \(column.name) has come or gone"
    }
    if isRewritten(mark, table) { reason = "its rows were rewritten" }
    compareMasks(mark, known, now)
    let before = known.columns.filter { $0.number != nil }
    compareKeys(known, now)
    for column in now.columns { compare(column, before, mark, table) }
    for column in before where !now.columns.contains(where: { $0.number == column.number }) {
      changes.append("column \(column.name) is gone")
      if table.columns.contains(where: { $0.number == column.number && !$0.isGenerated }) {
        reason = "column \(column.name) is left out now"
      } else if isMergedByRow {
        reason = "column \(column.name) is gone, and without a key rows are known by all of them"
      }
    }
    if reason == "its rows were rewritten", changes.isEmpty { changes.append("its rows were rewritten") }
  }

  private mutating func compare(
    _ column: ColumnSchema, _ before: [ColumnSchema], _ mark: TableMark, _ table: CatalogTable
  ) {
    guard let old = before.first(where: { $0.number == column.number }) else {
      changes.append("column \(column.name) is new")
      let inCatalog = table.columns.first { $0.number == column.number }
      if inCatalog?.hasMissingValue ?? true {
        reason = "the new column \(column.name) has a default"
      } else if column.number ?? 0 <= mark.highestNumber {
        reason = "column \(column.name) was not copied before"
      } else if let gone = before.first(where: { $0.name == column.name }),
        !table.columns.contains(where: { $0.number == gone.number })
      {
        reason = "column \(column.name) was dropped and added again"
      }
      return
    }
    if old.name != column.name { changes.append("column \(old.name) is called \(column.name) now") }
    if old.type.description != column.type.description {
      // A hint may have changed, and not the source.
      let isHinted = old.sourceType == column.sourceType
      let (now, before) =
        isHinted
        ? (column.type.description, old.type.description) : (column.sourceType, old.sourceType)
      let change = "the type of column \(column.name) is \(now) now, and was \(before)"
      changes.append(change)
      reason = change
    } else if old.sourceType != column.sourceType {
      let change = "the type of column \(column.name) is \(column.sourceType) now, and was \(old.sourceType)"
      changes.append(change)
      // Where the column is as it was, its type has another name only.
      let version = table.columns.first { $0.number == column.number }?.version
      if let number = column.number, mark.versions[number] != version,
        !PrintedAlike.are(old.sourceType, column.sourceType)
      {
        reason = change
      }
    }
  }

  /// What the copy has from before is masked in another way, or not at all.
  private mutating func compareMasks(_ mark: TableMark, _ known: TableSchema, _ now: TableSchema) {
    let masks = now.mark.flatMap { TableMark($0) }?.masks ?? [:]
    for column in now.columns {
      guard let number = column.number, mark.versions[number] != nil else { continue }
      guard mark.masks[number] != masks[number] else { continue }
      reason = "column \(column.name) has another mask now"
      if let before = known.columns.first(where: { $0.number == number })?.name, before != column.name,
        masks[number] == nil
      {
        refusal =
          "The column \(before), which is masked, is called \(column.name) now, and no mask is set under that name. Set the "
          + "mask under the new name; nothing is copied until then."
      }
    }
  }

  private mutating func compareKeys(_ known: TableSchema, _ now: TableSchema) {
    let before = known.keyColumns.compactMap(\.number)
    let after = now.keyColumns.compactMap(\.number)
    if before != after {
      reason = "its key has changed"
      changes.append("its key has changed")
    }
  }

  /// Rows that come and go with a whole partition are in no log.
  private mutating func comparePartitions(_ mark: TableMark, _ table: CatalogTable) {
    guard table.kind == "p" else { return }
    if mark.heaps.keys.contains(where: { table.heaps[$0] == nil }) {
      reason = "a partition was detached or dropped"
    }
    let attached = table.attached.subtracting(mark.attached)
    if attached.contains(where: { mark.heaps[$0] == nil }) {
      reason = "a table was attached as a partition"
    }
    // A TRUNCATE of a partition alone is not told; VACUUM FULL and a TRUNCATE of the whole look the same here.
    if table.heaps.contains(where: { oid, file in mark.heaps[oid].map { $0 != file } ?? false }) {
      reason = "a partition was truncated or rewritten"
    }
  }

  /// A file of its own alone tells nothing: TRUNCATE and VACUUM FULL make one too, and leave the columns' definitions as
  /// they are, or are logged. ALTER TABLE writes both.
  private func isRewritten(_ mark: TableMark, _ table: CatalogTable) -> Bool {
    guard table.heaps.contains(where: { oid, file in mark.heaps[oid].map { $0 != file } ?? false }) else {
      return false
    }
    return table.columns.contains { mark.versions[$0.number] != $0.version }
  }

  /// - Throws: `CDCError.Code.schemaContract` where the table's contract is to stop at such changes.
  func check(_ contract: SchemaContract, table: TableName) throws {
    if let refusal { throw CDCError(.configuration, refusal, table: table) }
    guard contract.columns == .freeze, !changes.isEmpty else { return }
    throw CDCError(
      .schemaContract,
      "The table has changed in the source (\(changes.joined(separator: "; "))), and its contract is to stop there. Change "
        + "it back; or load it as it is now: cdc run --mode full_load --tables '\(table)'; or set its contract for columns "
        + "to evolve.", table: table)
  }
}
