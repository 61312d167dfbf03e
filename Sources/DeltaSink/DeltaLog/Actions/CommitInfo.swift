/// Who committed what and why: any JSON. PROTOCOL.md, "Commit Provenance Information".
package struct CommitInfo: Sendable, Hashable {
  /// The action as it is in the log.
  package var content: JSONValue

  /// - Parameters:
  ///   - timestamp: milliseconds since 1970-01-01T00:00:00Z.
  ///   - operation: in the words of Delta's own history: `WRITE`, `MERGE`, `OPTIMIZE`, `CREATE TABLE`, …
  ///   - isBlindAppend: nothing of the table was read to decide what to write.
  package init(
    timestamp: Int64, operation: String, operationParameters: [String: String] = [:],
    readVersion: Int? = nil, isBlindAppend: Bool, transactionID: String, engineInfo: String = Self.engine
  ) {
    var fields: [JSONValue.Field] = [
      .init(name: "timestamp", value: .number(String(timestamp))),
      .init(name: "operation", value: .string(operation)),
      .init(
        name: "operationParameters",
        value: .object(
          operationParameters.sorted { $0.key < $1.key }
            .map { .init(name: $0.key, value: .string($0.value)) })),
    ]
    if let readVersion { fields.append(.init(name: "readVersion", value: .integer(readVersion))) }
    fields += [
      .init(name: "isBlindAppend", value: .boolean(isBlindAppend)),
      .init(name: "engineInfo", value: .string(engineInfo)),
      .init(name: "txnId", value: .string(transactionID)),
    ]
    content = .object(fields)
  }

  package static let engine = "postgres-delta-cdc/0.1.0"

  init(_ reader: inout JSONReader) throws { content = try reader.value() }

  /// Milliseconds since 1970-01-01T00:00:00Z.
  package var timestamp: Int64? { content["timestamp"]?.integer.map(Int64.init) }
  package var operation: String? { content["operation"]?.string }
}
