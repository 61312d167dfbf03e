/// A token or a client secret: it can be sent, never printed. `print`, string interpolation, `dump`, mirrors and
/// errors all show `***`.
public struct Secret: Sendable, Hashable {
  package let value: String

  public init(_ value: String) { self.value = value }

  var isEmpty: Bool { value.isEmpty }
}

extension Secret: ExpressibleByStringLiteral {
  public init(stringLiteral value: String) { self.init(value) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "***" }
  public var debugDescription: String { "***" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
