/// What becomes of the changes of a table. All but `append` and `replace` need a key; a table without one is appended, unless
/// `merge` is asked for and the log carries its whole rows.
public enum WriteDisposition: String, Sendable, Hashable, Codable, CaseIterable {
  /// Every change becomes a row, with `_cdc_op`, `_cdc_lsn`, `_cdc_sequence`, `_cdc_commit_time`, `_cdc_xid`.
  case append
  /// The destination's table holds the source's rows: upserts and hard deletes by key.
  case merge
  /// As `merge`, but a row that the source deletes stays, with the time in `_cdc_deleted_at`.
  case softDelete = "soft_delete"
  /// Every version of every row, valid from one commit to another (slowly changing dimension, type 2).
  case scd2
  /// Rows come and are never changed or removed; a key that is inserted again replaces its row.
  case insertOnly = "insert_only"
  /// Full loads only: each replaces the table; changes are not captured.
  case replace
}

/// A destination knows how to append, to upsert and delete by key, and to replace. The other dispositions are made
/// of these before it sees them, so each destination has them all.
extension WriteDisposition {
  /// What the destination is told to do.
  package var delivered: WriteDisposition {
    switch self {
    case .append, .merge, .replace: self
    case .softDelete, .scd2, .insertOnly: .merge
    }
  }

  /// The shape of the destination's table.
  package func shape(of table: TableSchema) -> TableSchema {
    switch self {
    case .softDelete: table.withDeletionTime
    case .scd2: table.withVersions
    case .merge: table.hasKey ? table : table.withCopies
    case .append, .insertOnly, .replace: table
    }
  }

  /// Rows of a full load, as the destination takes them.
  ///
  /// - Parameter time: when the load began, microseconds since 1970-01-01T00:00:00Z.
  package func loaded(_ rows: RowBatch, at time: Int64) -> RowBatch {
    switch self {
    case .softDelete: rows.withoutDeletionTime
    case .scd2: rows.firstVersions(from: time)
    case .merge: rows.table.hasKey ? rows : rows.numbered
    case .append, .insertOnly, .replace: rows
    }
  }

  /// Changes as the destination takes them; nil where there is nothing to do.
  package func delivered(_ changes: ChangeBatch) -> ChangeBatch? {
    switch self {
    case .append, .merge: changes
    case .softDelete: changes.softDeleting
    case .scd2: changes.versions
    case .insertOnly: changes.insertsOnly
    case .replace: nil
    }
  }
}
