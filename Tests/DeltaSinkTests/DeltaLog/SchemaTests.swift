import CDCCore
import Testing

@testable import DeltaSink

@Suite struct SchemaTests {
  static let columns: [ColumnSchema] = [
    ColumnSchema(name: "a", type: .boolean, isNullable: false), ColumnSchema(name: "b", type: .short),
    ColumnSchema(name: "c", type: .int), ColumnSchema(name: "d", type: .long),
    ColumnSchema(name: "e", type: .float), ColumnSchema(name: "f", type: .double),
    ColumnSchema(name: "g", type: .decimal(precision: 38, scale: 9)),
    ColumnSchema(name: "h", type: .string, comment: "with \"quotes\" and ü"),
    ColumnSchema(name: "i", type: .binary), ColumnSchema(name: "j", type: .date),
    ColumnSchema(name: "k", type: .timestamp), ColumnSchema(name: "l", type: .timestampNTZ),
    ColumnSchema(name: "m", type: .list(.list(.decimal(precision: 5, scale: 0)))),
    ColumnSchema(name: "n", type: .map(key: .string, value: .list(.date))),
    ColumnSchema(
      name: "o",
      type: .structure([
        ColumnSchema(name: "x", type: .int, isNullable: false, comment: "inner"),
        ColumnSchema(name: "y", type: .structure([ColumnSchema(name: "z", type: .timestampNTZ)])),
      ])),
  ]

  @Test func everyTypeSurvivesTheSchemaString() throws {
    let schema = DeltaSchema(columns: Self.columns)
    let back = try DeltaSchema(schemaString: schema.schemaString)
    #expect(back == schema)
    #expect(try back.columns() == Self.columns)
  }

  @Test func theSchemaStringIsTheOneOfTheProtocolsExample() throws {
    let schema = DeltaSchema(columns: [
      ColumnSchema(name: "a", type: .int, isNullable: false),
      ColumnSchema(name: "f", type: .map(key: .string, value: .string)),
    ])
    #expect(
      schema.schemaString
        == #"{"type":"struct","fields":[{"name":"a","type":"integer","nullable":false,"metadata":{}},"#
        + #"{"name":"f","type":{"type":"map","keyType":"string","valueType":"string","valueContainsNull":true},"#
        + #""nullable":true,"metadata":{}}]}"#)
  }

  @Test func unknownColumnMetadataIsKept() throws {
    let text =
      #"{"type":"struct","fields":[{"name":"a","type":"long","nullable":true,"metadata":{"k":{"n":[1.50]}}}]}"#
    #expect(try DeltaSchema(schemaString: text).schemaString == text)
  }

  @Test(arguments: [
    "byte", "variant", "void", "decimal(39,0)", "decimal(5,6)", "decimal(a,b)", "geometry(4326)",
  ])
  func typesWithoutAVectorAreNamedInTheError(_ type: String) throws {
    let schema = DeltaSchema(fields: [DeltaField(name: "odd", type: .primitive(type))])
    let error = #expect(throws: DeltaError.self) { try schema.columns() }
    #expect(error?.code == .unsupportedFeature)
    #expect(error?.message.contains("odd") == true)
    #expect(error?.message.contains(type) == true)
  }

  @Test func aNewTableHasTheFeaturesThatItsSchemaUsesAndNoOthers() {
    func features(_ columns: [ColumnSchema], _ configuration: [String: String] = [:]) -> ProtocolAction {
      ProtocolAction(for: Metadata(schema: DeltaSchema(columns: columns), configuration: configuration))
    }
    let plain = [ColumnSchema(name: "a", type: .int)]
    #expect(features(plain) == ProtocolAction(minReaderVersion: 1, minWriterVersion: 2))
    #expect(
      features([ColumnSchema(name: "a", type: .int, isNullable: false)])
        == ProtocolAction(minReaderVersion: 1, minWriterVersion: 2))
    #expect(
      features(plain, ["delta.enableDeletionVectors": "true"])
        == ProtocolAction(
          minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ["deletionVectors"],
          writerFeatures: ["deletionVectors"]))
    #expect(
      features([
        ColumnSchema(name: "a", type: .list(.timestampNTZ)),
        ColumnSchema(name: "b", type: .int, isNullable: false),
      ])
        == ProtocolAction(
          minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ["timestampNtz"],
          writerFeatures: ["invariants", "timestampNtz"]))
  }

  @Test func anUpgradeNamesWhatTheLegacyVersionBrought() {
    let legacy = ProtocolAction(minReaderVersion: 1, minWriterVersion: 2)
    #expect(
      legacy.adding([.timestampNTZ])
        == ProtocolAction(
          minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ["timestampNtz"],
          writerFeatures: ["appendOnly", "invariants", "timestampNtz"]))
    #expect(legacy.adding([.appendOnly]) == legacy)
  }

  @Test func namesWithReservedCharactersNeedColumnMapping() throws {
    for name in ["a b", "a,b", "a;b", "a{b", "a}b", "a(b", "a)b", "a\nb", "a\tb", "a=b"] {
      let nested = ColumnSchema(name: "s", type: .structure([ColumnSchema(name: name, type: .int)]))
      #expect(DeltaSchema(columns: [ColumnSchema(name: name, type: .int)]).needsColumnMapping)
      #expect(DeltaSchema(columns: [nested]).needsColumnMapping)
    }
    #expect(!DeltaSchema(columns: Self.columns).needsColumnMapping)
  }

  @Test func mappedColumnsGetIdsAndPhysicalNamesAtEveryLevel() throws {
    var metadata = Metadata(schema: DeltaSchema(columns: Self.columns))
    metadata.enableColumnMapping()
    #expect(metadata.configuration["delta.columnMapping.maxColumnId"] == "18")
    var ids: [Int] = []
    metadata.schema.forEachField { field in
      ids.append(field.columnID ?? 0)
      #expect(field.physicalName.hasPrefix("col-"))
    }
    #expect(ids == Array(1...18))
    metadata.schema.fields.append(DeltaField(ColumnSchema(name: "new", type: .int)))
    let before = metadata.schema.fields[0]
    metadata.assignColumnMapping()
    #expect(metadata.schema.fields.last?.columnID == 19)
    #expect(metadata.schema.fields[0] == before)
    #expect(metadata.configuration["delta.columnMapping.maxColumnId"] == "19")
    let parquet = try metadata.schema.parquetColumns()
    #expect(parquet.map(\.fieldID) == metadata.schema.fields.map { $0.columnID.map(Int32.init) })
    #expect(parquet.map(\.name) == metadata.schema.fields.map(\.physicalName))
    #expect(parquet[14].children.map(\.fieldID) == [16, 17])
    #expect(try metadata.schema.columns().map(\.name) == Self.columns.map(\.name) + ["new"])
  }

  @Test func namesThatDifferOnlyInCaseAreRefused() {
    let schema = DeltaSchema(columns: [
      ColumnSchema(name: "id", type: .int), ColumnSchema(name: "ID", type: .int),
    ])
    let error = #expect(throws: DeltaError.self) { try schema.validate(mapsColumns: false) }
    #expect(error?.code == .schema)
  }

  @Test func mutatedSchemaStringsNeverTrap() {
    let bytes = Array(DeltaSchema(columns: Self.columns).schemaString.utf8)
    forEachMutation(of: bytes, count: 20_000) { mutant in
      _ = try? DeltaSchema(schemaString: String(decoding: mutant, as: UTF8.self)).columns()
    }
  }
}
