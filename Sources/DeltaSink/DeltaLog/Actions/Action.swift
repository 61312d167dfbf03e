/// One line of a commit. PROTOCOL.md, "Actions".
package enum Action: Sendable, Hashable {
  case commitInfo(CommitInfo)
  case protocolAction(ProtocolAction)
  case metadata(Metadata)
  case setTransaction(SetTransaction)
  case domainMetadata(DomainMetadata)
  case add(AddFile)
  case remove(RemoveFile)
}

extension Action {
  /// All actions of a commit, in its order. What this package does not know, change data (`cdc`) included, is
  /// left out: "clients must ignore such unrecognized fields".
  static func parseCommit(_ bytes: [UInt8]) throws -> [Action] {
    var reader = JSONReader(bytes)
    var actions: [Action] = []
    while !reader.isAtEnd() {
      try reader.object { reader, name in
        if try reader.null() { return }
        if let action = try Action(named: name, &reader) { actions.append(action) }
      }
    }
    return actions
  }

  private init?(named name: String, _ reader: inout JSONReader) throws {
    switch name {
    case "add": self = .add(try AddFile(&reader))
    case "remove": self = .remove(try RemoveFile(&reader))
    case "txn": self = .setTransaction(try SetTransaction(&reader))
    case "commitInfo": self = .commitInfo(try CommitInfo(&reader))
    case "metaData": self = .metadata(try Metadata(&reader))
    case "protocol": self = .protocolAction(try ProtocolAction(&reader))
    case "domainMetadata": self = .domainMetadata(try DomainMetadata(&reader))
    default:
      try reader.skipValue()
      return nil
    }
  }

  /// The bytes of a commit: newline-delimited JSON.
  static func commitBytes(_ actions: [Action]) -> [UInt8] {
    var writer = JSONWriter()
    for action in actions {
      writer.object { writer in action.write(to: &writer) }
      writer.newline()
    }
    return writer.bytes
  }

  private func write(to writer: inout JSONWriter) {
    switch self {
    case .commitInfo(let action):
      writer.name("commitInfo")
      writer.value(action.content)
    case .protocolAction(let action):
      writer.name("protocol")
      action.write(to: &writer)
    case .metadata(let action):
      writer.name("metaData")
      action.write(to: &writer)
    case .setTransaction(let action):
      writer.name("txn")
      action.write(to: &writer)
    case .domainMetadata(let action):
      writer.name("domainMetadata")
      action.write(to: &writer)
    case .add(let action):
      writer.name("add")
      action.write(to: &writer)
    case .remove(let action):
      writer.name("remove")
      action.write(to: &writer)
    }
  }
}

extension JSONReader {
  /// A field that the protocol requires.
  func required<T>(_ value: T?, _ name: String) throws -> T {
    guard let value else { throw malformed("the field \(name) is missing") }
    return value
  }
}
