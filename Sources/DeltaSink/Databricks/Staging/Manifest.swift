import CDCCore

/// What a sealed delivery says of itself: a file beside the staged ones, written last. From it alone, any runner applies
/// the delivery again exactly as it was.
struct Manifest: Sendable, Hashable {
  enum Content: Sendable, Hashable {
    /// A load package, and the checkpoint that it leads to.
    case package(from: LSN, Checkpoint)
    /// A full load of one table, at this position.
    case load(LSN)
  }

  var id: String
  var pipeline: String
  /// Of the runner that sealed it.
  var epoch: Int64
  /// The number of the checkpoint that it was sealed on: once there is a newer one, it is out of date.
  var sequence: Int64
  var content: Content
  var tables: [StagedTable]

  static let fileName = "manifest.json"
  /// Of the format.
  static let version = 1
}

extension Manifest {
  var json: JSONValue {
    var fields: [JSONValue.Field] = [
      .init(name: "version", value: .integer(Self.version)), .init(name: "id", value: .string(id)),
      .init(name: "pipeline", value: .string(pipeline)), .init(name: "epoch", value: .number("\(epoch)")),
      .init(name: "sequence", value: .number("\(sequence)")),
    ]
    switch content {
    case .load(let position): fields.append(.init(name: "load", value: .string(position.description)))
    case .package(let from, let checkpoint):
      fields.append(.init(name: "from", value: .string(from.description)))
      fields.append(.init(name: "checkpoint", value: checkpoint.json))
    }
    fields.append(.init(name: "tables", value: .array(tables.map(\.json))))
    return .object(fields)
  }

  init(parsing bytes: [UInt8]) throws {
    do {
      try self.init(JSONValue(parsing: String(decoding: bytes, as: UTF8.self)))
    } catch let error as JSONReader.Malformed {
      throw DatabricksError(
        .invalidAnswer,
        "A sealed delivery's manifest cannot be read: another version wrote it, or it was changed.",
        underlying: error)
    }
  }

  private init(_ json: JSONValue) throws {
    guard json["version"]?.integer == Self.version else { throw JSONValue.lacks("a known version") }
    id = try json.text("id")
    pipeline = try json.text("pipeline")
    epoch = try json.long("epoch")
    sequence = try json.long("sequence")
    if json["load"] != nil {
      content = .load(try json.position("load"))
    } else {
      guard let checkpoint = json["checkpoint"] else { throw JSONValue.lacks("checkpoint") }
      content = .package(from: try json.position("from"), try Checkpoint(checkpoint, pipeline: pipeline))
    }
    tables = try (json["tables"]?.elements ?? []).map { try StagedTable($0) }
  }
}

extension Checkpoint {
  fileprivate var json: JSONValue {
    .object([
      .init(name: "kind", value: .string(kind.rawValue)),
      .init(name: "packageID", value: .string(packageID)),
      .init(name: "position", value: .string(position.description)),
      .init(name: "commitTime", value: .number("\(commitTime)")),
      .init(name: "rowCount", value: .integer(rowCount)),
    ])
  }

  fileprivate init(_ json: JSONValue, pipeline: String) throws {
    guard let kind = Kind(rawValue: try json.text("kind")) else { throw JSONValue.lacks("kind") }
    self.init(
      pipeline: pipeline, kind: kind, packageID: try json.text("packageID"),
      position: try json.position("position"), commitTime: try json.long("commitTime"),
      rowCount: Int(try json.long("rowCount")))
  }
}

extension JSONValue {
  static func lacks(_ name: String) -> JSONReader.Malformed {
    JSONReader.Malformed(description: "the document lacks \(name)")
  }

  func text(_ name: String) throws -> String {
    guard let text = self[name]?.string else { throw Self.lacks(name) }
    return text
  }

  func long(_ name: String) throws -> Int64 {
    guard let number = self[name]?.integer else { throw Self.lacks(name) }
    return Int64(number)
  }

  func position(_ name: String) throws -> LSN {
    guard let position = LSN(try text(name)) else { throw Self.lacks(name) }
    return position
  }
}
