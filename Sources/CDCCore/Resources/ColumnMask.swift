/// What stands in for a column's values before they leave the machine that reads the source: in loads, in changes, in keys
/// and in the quarantine.
public enum ColumnMask: Sendable, Hashable {
  /// Every value is null. Not for a column of the key.
  case null
  /// Every value that is not null is this one: in the text form of the column's type. Not for a column of the key.
  case constant(String)
  /// `sha256(salt ‖ text)` in 64 hexadecimal digits, where `text` is what PostgreSQL prints for the value, in UTF-8. Null stays
  /// null. Equal values stay equal, so masked columns can be joined, and a masked key still names its row.
  case sha256(salt: MaskSalt)
}

/// What a hashed value is mixed with, so that nobody can try out values without it. A secret: it is never printed.
public struct MaskSalt: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The salt's UTF-8 is what is hashed, before the value's.
  public var text: String

  public init(_ text: String) { self.text = text }

  public var description: String { "***" }
  public var debugDescription: String { "***" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
