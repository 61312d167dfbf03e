import CDCCore
import TestSupport
import Testing

@testable import DeltaSink

@Suite struct CommitTests {
  /// A file action that needs no file: nobody reads the data.
  static func file(_ path: String, records: Int = 10) -> AddFile {
    AddFile(path: path, size: 1, modificationTime: 1, stats: #"{"numRecords":\#(records)}"#)
  }

  @Test func aCommitIsWhatItsActionsWere() throws {
    let table = try DeltaTestTable()
    var add = Self.file("dir with space/ü%.parquet")
    add.tags = ["k": nil, "l": "v"]
    add.baseRowID = 7
    add.clusteringProvider = "x"
    add.deletionVector = DeletionVector(rows: [1]).inlined()
    let actions: [Action] = [
      .protocolAction(
        ProtocolAction(minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ["a"], writerFeatures: ["b"])
      ),
      .metadata(
        Metadata(schema: DeltaTestTable.schema, name: "n", description: "d", configuration: ["a": "b"])),
      .setTransaction(SetTransaction(appID: "app\n", version: .min, lastUpdated: 5)),
      .domainMetadata(DomainMetadata(domain: "d", configuration: "{}", removed: true)),
      .remove(add.removal(at: 5)), .add(add),
    ]
    #expect(try Action.parseCommit(Action.commitBytes(actions)) == actions)
    _ = table
  }

  @Test func unknownActionsAndFieldsAreIgnored() throws {
    let text = """
      {"sidecar":{"path":"x"}}
      {"add":{"path":"p","size":1,"partitionValues":{},"dataChange":true,"new":{"a":[1,{}]}}}
      {"cdc":{"path":"c"}}
      {"add":null}

      """
    #expect(try Action.parseCommit(Array(text.utf8)).count == 1)
  }

  @Test func aTableIsCreatedCommittedAndLoaded() throws {
    let table = try DeltaTestTable()
    #expect(try DeltaSnapshot.load(table.store) == nil)
    var snapshot = try table.create()
    #expect(snapshot.version == 0)
    var append = DeltaTransaction(on: snapshot, operation: "WRITE", isBlindAppend: true)
    append.add(Self.file("a"))
    append.add(Self.file("b"))
    append.setTransaction(appID: "app", version: 12)
    snapshot = try append.committed()
    var delete = DeltaTransaction(on: snapshot, operation: "DELETE", isBlindAppend: false)
    let file = try #require(snapshot.file(at: "a"))
    let vector = DeletionVector(rows: [3]).inlined()
    try delete.setDeletionVector(vector, of: file, at: 99)
    delete.remove(try #require(snapshot.file(at: "b")), at: 99)
    snapshot = try delete.committed()

    let loaded = try #require(try DeltaSnapshot.load(table.store))
    for snapshot in [snapshot, loaded] {
      #expect(snapshot.version == 2)
      #expect(snapshot.files.map(\.path) == ["a"])
      #expect(snapshot.files.first?.deletionVector == vector)
      #expect(snapshot.files.first?.liveRecords == 9)
      #expect(snapshot.files.first?.stats?.contains(#""tightBounds":false"#) == true)
      #expect(Set(snapshot.tombstones.map(\.logicalFile)) == [file.logicalFile, Self.file("b").logicalFile])
      #expect(snapshot.transactions["app"]?.version == 12)
      #expect(try snapshot.columns.map(\.name) == ["id", "name"])
    }
    #expect(try DeltaSnapshot.load(table.store, at: 1)?.files.map(\.path) == ["a", "b"])
    #expect(throws: DeltaError.self) { try DeltaSnapshot.load(table.store, at: 3) }
  }

  @Test func aNewFileWithADeletionVectorHasWideBounds() throws {
    let table = try DeltaTestTable()
    var append = DeltaTransaction(on: try table.create(), operation: "MERGE", isBlindAppend: false)
    var file = Self.file("a")
    file.stats = FileStatistics(numRecords: 10, columns: []).json(DeltaTestTable.schema)
    file.deletionVector = DeletionVector(rows: [3]).inlined()
    append.add(file)
    let committed = try append.committed()
    #expect(try committed.file(at: "a")?.statistics(committed.schema)?.tightBounds == false)
  }

  @Test func aRefreshReadsOnlyNewCommits() throws {
    let table = try DeltaTestTable()
    let first = try table.create()
    var append = DeltaTransaction(on: first, operation: "WRITE", isBlindAppend: true)
    append.add(Self.file("a"))
    _ = try append.committed()
    // A refresh that read version 0 again would fail now.
    try PosixFile.remove(table.store.path(of: .commit(0)))
    let refreshed = try first.refreshed()
    #expect(refreshed.version == 1)
    #expect(refreshed.files.map(\.path) == ["a"])
    #expect(try refreshed.refreshed().version == 1)
  }

  @Test func aGapInTheLogIsAnError() throws {
    let table = try DeltaTestTable()
    var snapshot = try table.create()
    for path in ["a", "b"] {
      var append = DeltaTransaction(on: snapshot, operation: "WRITE", isBlindAppend: true)
      append.add(Self.file(path))
      snapshot = try append.committed()
    }
    try PosixFile.remove(table.store.path(of: .commit(1)))
    let error = #expect(throws: DeltaError.self) { try DeltaSnapshot.load(table.store) }
    #expect(error?.version == 1)
  }

  @Test func commitsThatBreakTheProtocolAreRefusedBeforeTheyAreWritten() throws {
    let table = try DeltaTestTable()
    var snapshot = try table.create(DeltaTestTable.metadata(deletionVectors: false))
    var append = DeltaTransaction(on: snapshot, operation: "WRITE", isBlindAppend: true)
    append.add(Self.file("a"))
    snapshot = try append.committed()
    func expectRefused(_ change: (inout DeltaTransaction) throws -> Void) {
      let error = #expect(throws: DeltaError.self) {
        var transaction = DeltaTransaction(on: snapshot, operation: "X", isBlindAppend: false)
        try change(&transaction)
        _ = try transaction.commit()
      }
      #expect(error?.code == .invalidTransaction, "\(String(describing: error))")
    }
    let file = try #require(snapshot.file(at: "a"))
    let vector = DeletionVector(rows: [1]).inlined()
    expectRefused { try $0.setDeletionVector(vector, of: file, at: 1) }
    expectRefused { $0.add([Self.file("x"), Self.file("x")]) }
    expectRefused { $0.remove(Self.file("never"), at: 1) }
    expectRefused {
      $0.remove(file, at: 1)
      $0.remove(file, at: 2)
    }
    expectRefused { $0.add(AddFile(path: "p", size: 1, modificationTime: 1, partitionValues: ["p": "1"])) }
    #expect(try table.store.latestVersion() == 1)
  }

  @Test func anAppendOnlyTableKeepsItsRows() throws {
    let table = try DeltaTestTable()
    var metadata = DeltaTestTable.metadata(deletionVectors: false)
    metadata.configuration["delta.appendOnly"] = "true"
    var snapshot = try table.create(metadata)
    var append = DeltaTransaction(on: snapshot, operation: "WRITE", isBlindAppend: true)
    append.add(Self.file("a"))
    snapshot = try append.committed()
    let file = try #require(snapshot.file(at: "a"))
    var delete = DeltaTransaction(on: snapshot, operation: "DELETE", isBlindAppend: false)
    delete.remove(file, at: 1)
    #expect(throws: DeltaError.self) { try delete.commit() }
    var optimize = DeltaTransaction(on: snapshot, operation: "OPTIMIZE", isBlindAppend: false)
    optimize.remove(file, at: 1, dataChange: false)
    #expect(try optimize.committed().fileCount == 0)
  }

  @Test(arguments: [
    (#"{"minReaderVersion":4,"minWriterVersion":7}"#, "reader version 4", false),
    (
      #"{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["v2Checkpoint"]}"#,
      "v2Checkpoint", false
    ),
    (
      #"{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["variantType","typeWidening"]}"#,
      "typeWidening, variantType", false
    ),
    (#"{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["rowTracking"]}"#, "rowTracking", true),
    (#"{"minReaderVersion":1,"minWriterVersion":8}"#, "writer version 8", true),
  ])
  func unsupportedTablesAreRefusedByName(_ protocolJSON: String, _ name: String, _ isReadable: Bool) throws {
    let table = try DeltaTestTable()
    let schema = #"{\"type\":\"struct\",\"fields\":[]}"#
    let text = """
      {"protocol":\(protocolJSON)}
      {"metaData":{"id":"x","format":{"provider":"parquet","options":{}},"schemaString":"\(schema)",\
      "partitionColumns":[],"configuration":{}}}
      """
    #expect(try table.store.putIfAbsent(0, Array(text.utf8)))
    let error = #expect(throws: DeltaError.self) {
      let snapshot = try #require(try DeltaSnapshot.load(table.store))
      #expect(isReadable)
      _ = try DeltaTransaction(on: snapshot, operation: "WRITE", isBlindAppend: true).commit()
    }
    #expect(error?.code == .unsupportedFeature)
    #expect(error?.message.contains(name) == true, "\(String(describing: error))")
  }

  @Test(arguments: [
    (3, "delta.constraints.positive", "a > 0", "positive"),
    (4, "delta.enableChangeDataFeed", "true", "change data feed"),
  ])
  func activeFeaturesThatWritersMustHonourAreRefused(
    _ writerVersion: Int, _ key: String, _ value: String, _ name: String
  ) throws {
    var metadata = DeltaTestTable.metadata(deletionVectors: false)
    let legacy = ProtocolAction(minReaderVersion: 1, minWriterVersion: writerVersion)
    #expect(throws: Never.self) { try legacy.requireWritable(metadata, "t") }
    metadata.configuration[key] = value
    let error = #expect(throws: DeltaError.self) { try legacy.requireWritable(metadata, "t") }
    #expect(error?.message.contains(name) == true)
  }

  @Test func newColumnsBringTheFeaturesThatTheyNeed() throws {
    let table = try DeltaTestTable()
    let snapshot = try table.create(DeltaTestTable.metadata(deletionVectors: false))
    var metadata = snapshot.metadata
    metadata.schema.fields.append(DeltaField(ColumnSchema(name: "at", type: .timestampNTZ)))
    var alter = DeltaTransaction(on: snapshot, operation: "ADD COLUMNS", isBlindAppend: false)
    alter.setMetadata(metadata)
    let altered = try alter.committed()
    #expect(altered.protocolAction.readerFeatures == ["timestampNtz"])
    #expect(altered.metadata.id == snapshot.metadata.id)
    #expect(try DeltaSnapshot.load(table.store)?.columns.count == 3)
  }

  @Test func mutatedCommitsNeverTrap() throws {
    let table = try DeltaTestTable()
    let snapshot = try table.create()
    var transaction = DeltaTransaction(on: snapshot, operation: "WRITE", isBlindAppend: true)
    transaction.add(Self.file("a"))
    transaction.setTransaction(appID: "app", version: 1)
    _ = try transaction.committed()
    let bytes = try #require(try table.store.read(0)) + #require(try table.store.read(1))
    forEachMutation(of: bytes, count: 30_000) { mutant in
      guard let actions = try? Action.parseCommit(mutant) else { return }
      var replay = LogReplay()
      replay.apply(commit: actions)
      _ = try? DeltaSnapshot(store: table.store, version: 0, replay: replay).columns
    }
  }
}
