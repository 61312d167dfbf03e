/// What the Statement Execution API tells of a statement: the answer to POST, to GET and, for a chunk, the `result` alone.
struct StatementAnswer {
  var id = ""
  var state = ""
  var errorCode: String?
  var message = ""
  var sqlState: String?
  var columns: [StatementColumn] = []
  var isTruncated = false
  var chunk = StatementChunk()

  init(parsing bytes: [UInt8]) throws {
    var reader = JSONReader(bytes)
    try reader.object { reader, name in
      switch name {
      case "statement_id": id = try reader.optionalString() ?? ""
      case "status": _ = try reader.nullable { try readStatus(&$0) }
      case "manifest": _ = try reader.nullable { try readManifest(&$0) }
      case "result": _ = try reader.nullable { try chunk.read(&$0) }
      default: try reader.skipValue()
      }
    }
    try reader.requireEnd()
  }

  private mutating func readStatus(_ reader: inout JSONReader) throws {
    try reader.object { reader, name in
      switch name {
      case "state": state = try reader.string()
      case "sql_state": sqlState = try reader.optionalString()
      case "error":
        _ = try reader.nullable { reader in
          try reader.object { reader, name in
            switch name {
            case "error_code": errorCode = try reader.optionalString()
            case "message": message = try reader.optionalString() ?? ""
            default: try reader.skipValue()
            }
          }
        }
      default: try reader.skipValue()
      }
    }
  }

  private mutating func readManifest(_ reader: inout JSONReader) throws {
    try reader.object { reader, name in
      switch name {
      case "truncated": isTruncated = try reader.optionalBoolean() ?? false
      case "schema":
        let schema = try reader.value()
        columns = (schema["columns"]?.elements ?? []).map { column in
          StatementColumn(
            name: column["name"]?.string ?? "",
            typeText: column["type_text"]?.string ?? column["type_name"]?.string ?? "")
        }
      default: try reader.skipValue()
      }
    }
  }
}

/// A part of a result: rows, or the addresses where they are.
struct StatementChunk {
  var rows: [[String?]] = []
  /// Each holds a credential of its own.
  var links: [Secret] = []
  var nextIndex: Int?

  init() {}

  init(parsing bytes: [UInt8]) throws {
    var reader = JSONReader(bytes)
    try read(&reader)
    try reader.requireEnd()
  }

  mutating func read(_ reader: inout JSONReader) throws {
    try reader.object { reader, name in
      switch name {
      case "data_array": rows = try reader.nullable { try Self.readRows(&$0) } ?? []
      case "next_chunk_index": nextIndex = try reader.optionalInt()
      case "external_links": _ = try reader.nullable { try readLinks(&$0) }
      default: try reader.skipValue()
      }
    }
  }

  private mutating func readLinks(_ reader: inout JSONReader) throws {
    try reader.array { reader in
      try reader.object { reader, name in
        switch name {
        case "external_link": links.append(Secret(try reader.string()))
        case "next_chunk_index": nextIndex = try reader.optionalInt()
        default: try reader.skipValue()
        }
      }
    }
  }

  /// JSON_ARRAY: an array of arrays of strings and nulls.
  static func rows(parsing bytes: [UInt8]) throws -> [[String?]] {
    var reader = JSONReader(bytes)
    let rows = try readRows(&reader)
    try reader.requireEnd()
    return rows
  }

  private static func readRows(_ reader: inout JSONReader) throws -> [[String?]] {
    var rows: [[String?]] = []
    try reader.array { reader in
      var row: [String?] = []
      row.reserveCapacity(rows.last?.count ?? 0)
      try reader.array { row.append(try $0.optionalString()) }
      rows.append(row)
    }
    return rows
  }
}
