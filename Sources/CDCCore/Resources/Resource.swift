/// A table to copy, or a pattern of tables, with what the user wants done with it; as in dlt, what is not hinted
/// follows from the source.
public struct Resource: Sendable, Hashable {
  /// `schema.table`; `*` stands for any run of characters in either part.
  public var pattern: String
  public var hints: ResourceHints

  public init(_ pattern: String, hints: ResourceHints = ResourceHints()) {
    self.pattern = pattern
    self.hints = hints
  }
}

public struct ResourceHints: Sendable, Hashable {
  /// Nil: merge where the table has a key, append where it has none.
  public var writeDisposition: WriteDisposition?
  /// Names of the key's columns, in place of the source's primary key.
  public var primaryKey: [String]?
  /// By column name.
  public var columns: [String: ColumnHint]
  public var contract: SchemaContract

  public init(
    writeDisposition: WriteDisposition? = nil, primaryKey: [String]? = nil,
    columns: [String: ColumnHint] = [:], contract: SchemaContract = SchemaContract()
  ) {
    self.writeDisposition = writeDisposition
    self.primaryKey = primaryKey
    self.columns = columns
    self.contract = contract
  }
}

public struct ColumnHint: Sendable, Hashable {
  /// In place of the type that the source's own type maps to, where that can be held exactly; `variant` holds JSON by what it
  /// means, and not in every destination.
  public var type: ColumnType?
  /// False leaves the column out.
  public var isIncluded: Bool
  /// What stands in for its values.
  public var mask: ColumnMask?

  public init(type: ColumnType? = nil, isIncluded: Bool = true, mask: ColumnMask? = nil) {
    self.type = type
    self.isIncluded = isIncluded
    self.mask = mask
  }
}
