/// The table features that this package knows. PROTOCOL.md, "Valid Feature Names in Table Features".
package struct TableFeature: Sendable, Hashable {
  package let name: String
  /// Readers must know it too.
  package let isForReaders: Bool
  /// The legacy writer version that brings the feature without naming it.
  let legacyWriterVersion: Int?

  package static let appendOnly = TableFeature(
    name: "appendOnly", isForReaders: false, legacyWriterVersion: 2)
  package static let invariants = TableFeature(
    name: "invariants", isForReaders: false, legacyWriterVersion: 2)
  package static let checkConstraints = TableFeature(
    name: "checkConstraints", isForReaders: false, legacyWriterVersion: 3)
  package static let changeDataFeed = TableFeature(
    name: "changeDataFeed", isForReaders: false, legacyWriterVersion: 4)
  package static let generatedColumns = TableFeature(
    name: "generatedColumns", isForReaders: false, legacyWriterVersion: 4)
  package static let columnMapping = TableFeature(
    name: "columnMapping", isForReaders: true, legacyWriterVersion: 5)
  package static let identityColumns = TableFeature(
    name: "identityColumns", isForReaders: false, legacyWriterVersion: 6)
  package static let deletionVectors = TableFeature(
    name: "deletionVectors", isForReaders: true, legacyWriterVersion: nil)
  package static let timestampNTZ = TableFeature(
    name: "timestampNtz", isForReaders: true, legacyWriterVersion: nil)
  package static let domainMetadata = TableFeature(
    name: "domainMetadata", isForReaders: false, legacyWriterVersion: nil)
  package static let vacuumProtocolCheck = TableFeature(
    name: "vacuumProtocolCheck", isForReaders: true, legacyWriterVersion: nil)

  /// Those that a table may have and still be written here. `checkConstraints`, `generatedColumns`,
  /// `identityColumns` and `changeDataFeed` only where they are not active: `ProtocolAction.requireWritable`.
  static let known: [TableFeature] = [
    appendOnly, invariants, checkConstraints, changeDataFeed, generatedColumns, columnMapping,
    identityColumns, deletionVectors, timestampNTZ, domainMetadata, vacuumProtocolCheck,
  ]
}

extension ProtocolAction {
  package func supports(_ feature: TableFeature) -> Bool {
    if minWriterVersion >= 7 { return writerFeatures?.contains(feature.name) ?? false }
    return feature.legacyWriterVersion.map { $0 <= minWriterVersion } ?? false
  }

  /// What a new table needs, and no more.
  package init(for metadata: Metadata) {
    self.init(minReaderVersion: 1, minWriterVersion: 2)
    let needed = metadata.neededFeatures
    if needed.contains(where: { $0.legacyWriterVersion != 2 }) {
      minWriterVersion = 7
      writerFeatures = needed.map(\.name).sorted()
    }
    if needed.contains(where: \.isForReaders) {
      minReaderVersion = 3
      readerFeatures = needed.filter(\.isForReaders).map(\.name).sorted()
    }
  }

  /// The protocol with these features added; what a legacy version brought is then named, as the spec asks.
  package func adding(_ features: Set<TableFeature>) -> ProtocolAction {
    let missing = features.filter { !supports($0) }
    guard !missing.isEmpty else { return self }
    var names = Set(writerFeatures ?? [])
    var readerNames = Set(readerFeatures ?? [])
    if minWriterVersion < 7 {
      for feature in TableFeature.known where supports(feature) {
        names.insert(feature.name)
        if feature.isForReaders { readerNames.insert(feature.name) }
      }
    }
    names.formUnion(missing.map(\.name))
    readerNames.formUnion(missing.filter(\.isForReaders).map(\.name))
    let needsReaderFeatures = minReaderVersion >= 3 || missing.contains(where: \.isForReaders)
    return ProtocolAction(
      minReaderVersion: needsReaderFeatures ? 3 : minReaderVersion, minWriterVersion: 7,
      readerFeatures: needsReaderFeatures ? Array(readerNames) : nil, writerFeatures: Array(names))
  }
}

extension Metadata {
  static let deletionVectorsKey = "delta.enableDeletionVectors"
  static let appendOnlyKey = "delta.appendOnly"

  package var allowsNewDeletionVectors: Bool { isTrue(Self.deletionVectorsKey) }
  package var isAppendOnly: Bool { isTrue(Self.appendOnlyKey) }

  func isTrue(_ key: String) -> Bool { configuration[key]?.lowercased() == "true" }

  /// The features that the schema and the properties make use of.
  package var neededFeatures: Set<TableFeature> {
    var needed: Set<TableFeature> = []
    if allowsNewDeletionVectors { needed.insert(.deletionVectors) }
    if isAppendOnly { needed.insert(.appendOnly) }
    if mapsColumns { needed.insert(.columnMapping) }
    schema.forEachField { field in
      // NOT NULL is an invariant.
      if !field.nullable { needed.insert(.invariants) }
      if field.type.contains("timestamp_ntz") { needed.insert(.timestampNTZ) }
    }
    return needed
  }
}

extension DeltaType {
  func contains(_ primitive: String) -> Bool {
    switch self {
    case .primitive(let name): name == primitive
    case .array(let element, _): element.contains(primitive)
    case .map(let key, let value, _): key.contains(primitive) || value.contains(primitive)
    case .structure(let fields): fields.contains { $0.type.contains(primitive) }
    }
  }
}
