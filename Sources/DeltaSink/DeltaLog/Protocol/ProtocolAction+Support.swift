/// Refusing tables that need more than is there. PROTOCOL.md: "Readers and writers must not ignore table
/// features".
extension ProtocolAction {
  private static let readable: Set<String> = Set(
    TableFeature.known.filter(\.isForReaders).map(\.name))
  private static let writable: Set<String> = Set(TableFeature.known.map(\.name))

  /// - Throws: `DeltaError.unsupportedFeature`, which names what is missing.
  package func requireReadable(_ tablePath: String) throws {
    guard (1...3).contains(minReaderVersion) else {
      throw unsupported("Delta reader version \(minReaderVersion)", "read", tablePath)
    }
    let unknown = Set(readerFeatures ?? []).subtracting(Self.readable)
    guard minReaderVersion < 3 || unknown.isEmpty else {
      throw unsupported(Self.list(unknown), "read", tablePath)
    }
  }

  /// - Throws: `DeltaError.unsupportedFeature`, which names what is missing.
  package func requireWritable(_ metadata: Metadata, _ tablePath: String) throws {
    try requireReadable(tablePath)
    guard (1...7).contains(minWriterVersion) else {
      throw unsupported("Delta writer version \(minWriterVersion)", "write", tablePath)
    }
    let unknown = Set(writerFeatures ?? []).subtracting(Self.writable)
    guard minWriterVersion < 7 || unknown.isEmpty else {
      throw unsupported(Self.list(unknown), "write", tablePath)
    }
    if let active = activeAndUnsupported(metadata) { throw unsupported(active, "write", tablePath) }
  }

  /// Features whose presence is harmless until somebody uses them.
  private func activeAndUnsupported(_ metadata: Metadata) -> String? {
    if supports(.checkConstraints),
      let constraint = metadata.configuration.keys.first(where: { $0.hasPrefix("delta.constraints.") })
    {
      return "the CHECK constraint \(constraint.dropFirst("delta.constraints.".count))"
    }
    if supports(.changeDataFeed), metadata.isTrue("delta.enableChangeDataFeed") {
      return "the change data feed (delta.enableChangeDataFeed)"
    }
    if metadata.provider.lowercased() != "parquet" { return "the file format \(metadata.provider)" }
    var active: String?
    metadata.schema.forEachField { field in
      if supports(.invariants), field[metadata: "delta.invariants"] != nil {
        active = "the invariant of column \(field.name)"
      }
      if supports(.generatedColumns), field[metadata: "delta.generationExpression"] != nil {
        active = "the generated column \(field.name)"
      }
      if supports(.identityColumns), field.metadata.contains(where: { $0.name.hasPrefix("delta.identity.") })
      {
        active = "the identity column \(field.name)"
      }
    }
    return active
  }

  private static func list(_ features: Set<String>) -> String {
    features.count == 1
      ? "the table feature \(features.first ?? "")"
      : "the table features " + features.sorted().joined(separator: ", ")
  }

  private func unsupported(_ what: String, _ use: String, _ path: String) -> DeltaError {
    DeltaError(
      .unsupportedFeature,
      "This package cannot \(use) the table because it uses \(what): drop that from the table, "
        + "or replicate into another one.", path: path)
  }
}
