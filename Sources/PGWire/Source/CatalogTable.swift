/// A table as the catalog describes it.
struct CatalogTable: Sendable {
  var oid: UInt32
  var schema: String
  var name: String
  /// `r` table, `p` partitioned table, `v` view, `m` materialized view, `f` foreign table.
  var kind: Character
  var isPartition: Bool
  /// `u` where the table is unlogged: its changes are not in the WAL.
  var persistence: Character
  /// `d` primary key, `i` index, `f` full row, `n` nothing.
  var replicaIdentity: Character
  var comment: String?
  /// Column numbers in the key's own order; empty where there is none.
  var primaryKey: [Int]
  /// Of the index that REPLICA IDENTITY USING INDEX names.
  var identityIndex: [Int]
  /// Of a partitioned table: what its partitions' updates and deletes name rows by. REPLICA IDENTITY is not passed on to
  /// partitions, and the log has theirs.
  var leafIdentities: Set<LeafIdentity> = []
  /// The user may publish it.
  var isOwned = true
  /// pg_class.relnatts: column numbers given so far, those of dropped columns included.
  var highestNumber = 0
  /// The file of each heap, by the OID of the table or of its partition: another one where it was rewritten or truncated.
  var heaps: [UInt32: UInt32] = [:]
  /// Partitions that may have been tables of their own before, with rows: their columns were not all made by the command
  /// that made them a partition.
  var attached: Set<UInt32> = []
  /// Which entries the table has in the pipeline's publications; empty: it is not published.
  var membership = ""
  /// The numbers of the columns that the publication lists; nil: all (PostgreSQL 15).
  var publishedNumbers: Set<Int>?
  /// The condition on rows that the publication has, as SQL (PostgreSQL 15).
  var rowFilter: String?
  /// Where the log carries whole rows (REPLICA IDENTITY FULL): the columns of each unique index that holds at every moment,
  /// not only at the end of a statement or transaction. Nil elsewhere.
  var uniqueKeys: [[Int]]?
  /// Which transaction has last altered each publication that the table is in (pg_publication.xmin): what it publishes of a
  /// table may have been less for a while. Empty where that is not known.
  var publicationVersions = ""
  /// One of its partitions whose changes are in no log, as SQL spells it.
  var unloggedPartition: String?
  var columns: [CatalogColumn]

  /// The columns that the log brings. Generated ones are not sent, unless the publication says so (PostgreSQL 18).
  var sentColumns: [CatalogColumn] {
    columns.filter { !$0.isGenerated && publishedNumbers?.contains($0.number) ?? true }
  }

  /// Updates and deletes can be published: PostgreSQL refuses them in a table that is published with them and has no
  /// identity. Manual, "Publication".
  var hasUsableIdentity: Bool {
    if kind == "p" { return !leafIdentities.contains(.nothing) }
    return switch replicaIdentity {
    case "d": !primaryKey.isEmpty
    case "i": !identityIndex.isEmpty
    case "f": true
    default: false
    }
  }

  /// The columns that the WAL names a row by, unless REPLICA IDENTITY is FULL.
  var identityNumbers: [Int] {
    switch replicaIdentity {
    case "d": primaryKey
    case "i": identityIndex
    default: []
    }
  }

  /// Every update and delete brings the whole row that it changes.
  var hasWholeRowsInLog: Bool {
    kind == "p" ? leafIdentities.allSatisfy { $0 == .wholeRow } : replicaIdentity == "f"
  }

  /// Whether every update and delete brings the column's value in the row that it changes.
  func isInIdentity(_ number: Int) -> Bool {
    guard kind == "p" else { return replicaIdentity == "f" || identityNumbers.contains(number) }
    return leafIdentities.allSatisfy { leaf in
      switch leaf {
      case .wholeRow: true
      case .columns(let numbers): numbers.contains(number)
      case .nothing: false
      }
    }
  }

  /// The columns that every update and delete names the row by; empty: none, or the whole row.
  var keyNumbers: [Int] {
    guard hasUsableIdentity else { return [] }
    if kind == "p" { return primaryKey.allSatisfy(isInIdentity) ? primaryKey : [] }
    return replicaIdentity == "i" ? identityIndex : primaryKey
  }

  var quotedName: String { SQLQuoting.identifier(schema, name) }
}

/// What the log names a partition's rows by.
enum LeafIdentity: Sendable, Hashable {
  /// Updates and deletes cannot be published.
  case nothing
  case wholeRow
  /// Numbers of the partitioned table's columns.
  case columns(Set<Int>)
}

struct CatalogColumn: Sendable {
  /// pg_attribute.attnum
  var number: Int
  var name: String
  var type: UInt32
  var typmod: Int32
  var isNotNull: Bool
  /// Its values follow from other columns, and logical replication does not send them: all generated columns before
  /// PostgreSQL 18, then virtual ones, and stored ones that the publication leaves out.
  var isGenerated: Bool
  /// `numeric(12,2)`
  var typeName: String
  var comment: String?
  /// Which transaction has last changed the column's definition (pg_attribute.xmin).
  var version = ""
  /// Rows from before the column came show its default, and no change in the log says so (attmissingval).
  var hasMissingValue = false
  /// Of the enums that the type is, or has in it, in the order in which they were made.
  var labels: [String] = []
  /// The attributes of the composites that the type is, or has in it, by OID and number: `16390.1 16390.3`
  var attributes: String?
}
