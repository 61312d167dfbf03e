/// Relation and Type: what the changes that follow look like. They own what they read: they are rare.

/// Byte1('R')
package struct RelationMessage: Sendable, Hashable {
  /// Inside a streamed block, the transaction's xid.
  package var xid: UInt32?
  package var oid: UInt32
  /// Never empty: the wire's empty string is `pg_catalog`.
  package var schema: String
  package var name: String
  package var replicaIdentity: ReplicaIdentity
  /// In attnum order, without dropped columns.
  package var columns: [Column]

  package struct Column: Sendable, Hashable {
    /// Part of the replica identity; with `REPLICA IDENTITY FULL` every column is.
    package var isKey: Bool
    package var name: String
    package var typeOID: UInt32
    package var typeModifier: Int32

    package init(isKey: Bool, name: String, typeOID: UInt32, typeModifier: Int32) {
      self.isKey = isKey
      self.name = name
      self.typeOID = typeOID
      self.typeModifier = typeModifier
    }
  }

  /// `pg_class.relreplident`
  package enum ReplicaIdentity: UInt8, Sendable, Hashable {
    case defaultKey = 0x64  // d
    case nothing = 0x6E  // n
    case full = 0x66  // f
    case index = 0x69  // i
  }

  package init(
    parsing span: borrowing RawSpan, at offset: inout Int, isStreamed: Bool = false
  ) throws(MalformedBytes) {
    xid = isStreamed ? try span.readUInt32(at: &offset) : nil
    oid = try span.readUInt32(at: &offset)
    let schema = try span.text(span.readCString(at: &offset))
    self.schema = schema.isEmpty ? "pg_catalog" : schema
    name = try span.text(span.readCString(at: &offset))
    guard let identity = ReplicaIdentity(rawValue: try span.readUInt8(at: &offset)) else {
      throw MalformedBytes(.invalid, at: offset - 1)
    }
    replicaIdentity = identity
    let count = Int(try span.readUInt16(at: &offset))
    columns = []
    // A column takes at least ten bytes: no more room is reserved than the message can fill.
    columns.reserveCapacity(min(count, (span.byteCount - offset) / 10))
    for _ in 0..<count {
      let flags = try span.readUInt8(at: &offset)
      let name = try span.text(span.readCString(at: &offset))
      let type = try span.readUInt32(at: &offset)
      let modifier = try span.readInt32(at: &offset)
      columns.append(Column(isKey: flags & 1 != 0, name: name, typeOID: type, typeModifier: modifier))
    }
  }
}

/// Byte1('Y'): the name of a type that is not built in.
package struct TypeMessage: Sendable, Hashable {
  package var xid: UInt32?
  package var oid: UInt32
  package var schema: String
  package var name: String

  package init(
    parsing span: borrowing RawSpan, at offset: inout Int, isStreamed: Bool = false
  ) throws(MalformedBytes) {
    xid = isStreamed ? try span.readUInt32(at: &offset) : nil
    oid = try span.readUInt32(at: &offset)
    let schema = try span.text(span.readCString(at: &offset))
    self.schema = schema.isEmpty ? "pg_catalog" : schema
    name = try span.text(span.readCString(at: &offset))
  }
}
