/// What a verification found, table by table. Holds keys and names, never other values.
public struct VerificationReport: Sendable {
  /// Source and destination were compared as both stood here.
  public var position: LSN
  public var tables: [TableVerification]
  public var duration: Duration

  public var isEqual: Bool { tables.allSatisfy(\.isEqual) }
  public var rowCount: Int { tables.reduce(0) { $0 + $1.sourceRows } }
}

public struct TableVerification: Sendable {
  public var table: TableName
  public var sourceRows = 0
  public var destinationRows = 0
  /// Rows that only the source has.
  public var missing = 0
  /// Rows that only the destination has, and second rows under one key.
  public var extra = 0
  /// Rows under one key whose values differ.
  public var different = 0
  /// False where so many rows differ that counting stopped: `missing`, `extra` and `different` are then lower bounds.
  public var isExhaustive = true
  /// The first of the rows that differ, as many as `VerificationOptions` allows.
  public var differences: [RowDifference] = []
  public var shape: [ShapeDifference] = []

  public var isEqual: Bool {
    missing == 0 && extra == 0 && different == 0 && isExhaustive && shape.isEmpty
  }
}

/// A row that differs.
public struct RowDifference: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable { case missing, extra, different }

  public var kind: Kind
  /// `invoice_id=17`; of a table without key `row with hash …`, which names no value.
  public var key: String
  /// The columns whose values differ; empty where the row is missing or extra.
  public var columns: [String]
}

/// What keeps a table or a column from being compared.
public enum ShapeDifference: Sendable, Hashable, CustomStringConvertible {
  case tableMissing
  case columnMissing(String)
  case typesDiffer(column: String, source: ColumnType, destination: ColumnType)

  public var description: String {
    switch self {
    case .tableMissing: "the destination has no such table"
    case .columnMissing(let column): "the destination has no column \(column)"
    case .typesDiffer(let column, let source, let destination):
      "column \(column) is \(source) at the source and \(destination) at the destination"
    }
  }
}

public struct VerificationOptions: Sendable {
  /// Differing rows named a table.
  public var namedRows: Int
  /// Rows held in memory while the differing ones are looked for, over all tables.
  public var heldRows: Int
  public var readers: Int
  /// Told as rows pass, from any task: rows read so far on either side.
  public var progress: (@Sendable (_ rows: Int) -> Void)?

  public init(
    namedRows: Int = 20, heldRows: Int = 1_000_000, readers: Int = 2,
    progress: (@Sendable (_ rows: Int) -> Void)? = nil
  ) {
    self.namedRows = namedRows
    self.heldRows = heldRows
    self.readers = readers
    self.progress = progress
  }
}
