public import CDCCore

/// One change as a test writes it down. In `new`, a missing value is an unchanged one that the log did not carry.
public enum ModelChange: Sendable {
  case insert(TableName, [Value])
  case update(TableName, old: [Value], new: [Value?])
  /// Of the row with this key.
  case delete(TableName, key: [Value])
  case truncate(TableName)
  /// From here on the table has this shape; new columns are null in the rows before.
  case alter(TableSchema)
}

public struct ModelTransaction: Sendable {
  public var commitLSN: LSN
  public var changes: [ModelChange]

  public init(_ commitLSN: UInt64, _ changes: [ModelChange]) {
    self.commitLSN = LSN(commitLSN)
    self.changes = changes
  }

  /// Where its commit record ends: the position of a package that ends with it.
  public var end: LSN { LSN(commitLSN.rawValue + 8) }

  func run(firstRow: Int) -> TransactionRun {
    TransactionRun(
      firstRow: firstRow, commitLSN: commitLSN, commitTime: Int64(commitLSN.rawValue) * 1000,
      xid: UInt32(truncatingIfNeeded: commitLSN.rawValue))
  }
}

/// What a source's tables hold: the truth that a destination is compared with.
public struct SourceModel: Sendable {
  public private(set) var schemas: [TableName: TableSchema] = [:]
  public private(set) var rows: [TableName: [[Value]: [Value]]] = [:]

  public init(_ tables: [TableSchema]) {
    for table in tables {
      schemas[table.name] = table
      rows[table.name] = [:]
    }
  }

  public mutating func apply(_ transaction: ModelTransaction) {
    for change in transaction.changes { apply(change) }
  }

  public mutating func apply(_ change: ModelChange) {
    switch change {
    case .insert(let table, let row):
      let key = key(table, row)
      rows[table]?[key] = row
    case .update(let table, let old, let new):
      let oldKey = key(table, old)
      guard let before = rows[table]?.removeValue(forKey: oldKey) else { return }
      let row = zip(new, before).map { $0 ?? $1 }
      let newKey = key(table, row)
      rows[table]?[newKey] = row
    case .delete(let table, let key): rows[table]?[key] = nil
    case .truncate(let table): rows[table] = [:]
    case .alter(let schema):
      let before = schemas[schema.name]?.columns ?? []
      let places = schema.columns.map { column in
        before.firstIndex {
          column.number == nil ? $0.name == column.name : $0.number == column.number
        }
      }
      rows[schema.name] = rows[schema.name]?.mapValues { row in
        places.map { place in place.map { row[$0] } ?? .null }
      }
      schemas[schema.name] = schema
    }
  }

  public func key(_ table: TableName, _ row: [Value]) -> [Value] {
    schemas[table]?.key.map { row[$0] } ?? row
  }
}
