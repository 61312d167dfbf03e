import CDCCore
import TestSupport
import Testing

@testable import DeltaSink

@Suite struct CheckpointTests {
  /// 26 commits: files with deletion vectors, tombstones, transactions; checkpoints at 10 and 20.
  static func longTable(dataFiles: Bool) async throws -> (DeltaTestTable, DeltaSnapshot) {
    let table = try DeltaTestTable()
    var metadata = DeltaTestTable.metadata()
    metadata.name = "long"
    metadata.description = "of many commits"
    var snapshot = try table.create(metadata)
    for number in 1...25 {
      let range = number * 10..<number * 10 + 10
      var append = DeltaTransaction(on: snapshot, operation: "MERGE", isBlindAppend: false)
      append.add(
        dataFiles
          ? try await table.writeFile(range, name: "f\(number).parquet")
          : CommitTests.file("f\(number).parquet"))
      append.setTransaction(appID: "app", version: Int64(number), at: 5)
      if number % 3 == 0, let earlier = snapshot.file(at: "f\(number - 1).parquet") {
        let vector = DeletionVector(rows: [0, number % 10])
        let descriptor =
          number % 2 == 0 ? vector.inlined() : try DeletionVector.write([vector], to: table.store)[0]
        try append.setDeletionVector(descriptor, of: earlier, at: WallClock.milliseconds)
      }
      if number % 7 == 0, let old = snapshot.file(at: "f\(number - 4).parquet") {
        append.remove(old, at: WallClock.milliseconds)
      }
      snapshot = try append.committed()
      #expect(try snapshot.writeCheckpointIfDue() == (number % 10 == 0))
    }
    return (table, snapshot)
  }

  /// What two snapshots of one version must agree on.
  static func expectSame(_ a: DeltaSnapshot, _ b: DeltaSnapshot) {
    #expect(a.version == b.version)
    #expect(a.protocolAction == b.protocolAction)
    #expect(a.metadata == b.metadata)
    #expect(a.transactions == b.transactions)
    #expect(a.domains == b.domains)
    func files(_ snapshot: DeltaSnapshot) -> Set<AddFile> {
      Set(
        snapshot.files.map { file in
          var file = file
          file.dataChange = true
          return file
        })
    }
    #expect(files(a) == files(b))
    #expect(Set(a.tombstones.map(\.logicalFile)) == Set(b.tombstones.map(\.logicalFile)))
  }

  @Test func theStateSurvivesTheCheckpoint() async throws {
    let (table, snapshot) = try await Self.longTable(dataFiles: false)
    let replayed = try #require(try DeltaSnapshot.load(table.store, at: 9))
    #expect(replayed.version == 9)
    for version in 0..<20 { try PosixFile.remove(table.store.path(of: .commit(version))) }
    let loaded = try #require(try DeltaSnapshot.load(table.store))
    Self.expectSame(loaded, snapshot)
    let error = #expect(throws: DeltaError.self) { try DeltaSnapshot.load(table.store, at: 9) }
    #expect(error?.code == .notFound)
  }

  @Test func everyFieldSurvivesTheCheckpoint() throws {
    let table = try DeltaTestTable()
    var metadata = DeltaTestTable.metadata()
    metadata.configuration["delta.columnMapping.mode"] = "name"
    metadata.assignColumnMapping()
    var create = DeltaTransaction(creating: metadata, in: table.store)
    create.setTransaction(appID: "ü\"", version: .max)
    create.setTransaction(appID: "b", version: -1, at: 7)
    var file = CommitTests.file("a b/ü%20.parquet")
    file.tags = ["k": nil, "l": "v"]
    file.baseRowID = 4
    file.defaultRowCommitVersion = 5
    file.clusteringProvider = "c"
    create.add([file, CommitTests.file("plain")])
    let snapshot = try create.committed()
    try snapshot.writeCheckpoint()
    let first = try #require(try DeltaSnapshot.load(table.store))
    Self.expectSame(first, snapshot)
    #expect(first.file(at: file.path)?.tags == file.tags)
  }

  @Test func lastCheckpointSaysWhatWasWritten() async throws {
    let (table, _) = try await Self.longTable(dataFiles: false)
    let last = try #require(try LastCheckpoint.read(from: table.store))
    let at20 = try #require(try DeltaSnapshot.load(table.store, at: 20))
    #expect(last.version == 20)
    #expect(last.numOfAddFiles == at20.fileCount)
    #expect(last.size == 3 + at20.fileCount + at20.tombstones.count)
    let bytes = try PosixFile.read(table.store.path(of: .checkpoint(20)))
    #expect(last.sizeInBytes == bytes?.count)
    // An older checkpoint, written late, does not move the hint back.
    try #require(try DeltaSnapshot.load(table.store, at: 10)).writeCheckpoint()
    #expect(try LastCheckpoint.read(from: table.store) == last)
  }

  @Test(arguments: [Engine.duckdb, .deltalake])
  func enginesReadTheTableFromTheCheckpointAlone(_ engine: Engine) async throws {
    let (table, _) = try await Self.longTable(dataFiles: true)
    let before = try await table.ids(engine)
    #expect(before.count > 150)
    for version in 0..<20 { try PosixFile.remove(table.store.path(of: .commit(version))) }
    #expect(try await table.ids(engine) == before)
    let answer = try await LakeReader.python(
      """
      from deltalake import DeltaTable
      t = DeltaTable(args[0])
      result = [t.version(), t.metadata().name, t.metadata().description, t.transaction_version("app"),
                t.protocol().reader_features]
      """, arguments: [table.path])
    #expect(answer == #"[25, "long", "of many commits", 25, ["deletionVectors"]]"#)
  }

  @Test func expiredTombstonesAreLeftOut() throws {
    let table = try DeltaTestTable()
    var append = DeltaTransaction(on: try table.create(), operation: "WRITE", isBlindAppend: true)
    append.add([CommitTests.file("old"), CommitTests.file("recent"), CommitTests.file("kept")])
    var snapshot = try append.committed()
    let now: Int64 = 1_800_000_000_000
    var delete = DeltaTransaction(on: snapshot, operation: "DELETE", isBlindAppend: false)
    delete.remove(try #require(snapshot.file(at: "old")), at: now - 8 * 86_400_000)
    delete.remove(try #require(snapshot.file(at: "recent")), at: now - 6 * 86_400_000)
    snapshot = try delete.committed()
    try snapshot.writeCheckpoint(at: now)
    let loaded = try #require(try DeltaSnapshot.load(table.store))
    #expect(loaded.tombstones.map(\.path) == ["recent"])
    #expect(loaded.files.map(\.path) == ["kept"])
  }

  @Test func theLogIsCleanedUpBehindACheckpointOnly() async throws {
    let (table, snapshot) = try await Self.longTable(dataFiles: false)
    let soon = WallClock.milliseconds + 86_400_000
    #expect(try snapshot.cleanUpLog(at: soon) == 0)
    try PosixFile.create(table.store.temporaryPath(for: .commit(9)), [])
    let late = WallClock.milliseconds + 32 * 86_400_000
    // Twenty commits, one checkpoint, and what a dead writer left.
    #expect(try snapshot.cleanUpLog(at: late) == 22)
    let listing = try table.store.list()
    #expect(listing.commits == Array(20...25))
    #expect(listing.checkpoints.map(\.version) == [20])
    Self.expectSame(try #require(try DeltaSnapshot.load(table.store)), snapshot)
  }

  @Test func aReaderFarBehindCatchesUpThroughTheCheckpoint() async throws {
    let (table, snapshot) = try await Self.longTable(dataFiles: false)
    let old = try #require(try DeltaSnapshot.load(table.store, at: 3))
    try snapshot.cleanUpLog(at: WallClock.milliseconds + 32 * 86_400_000)
    Self.expectSame(try old.refreshed(), snapshot)
  }

  @Test(
    arguments: [
      ("interval 30 days", 2_592_000_000), ("interval 1 week", 604_800_000),
      ("INTERVAL 1 day 12 hours", 129_600_000),
      ("168 hours", 604_800_000), ("interval 0 seconds", 0), ("interval", nil), ("interval 1 month", nil),
      ("interval x days", nil), ("interval 99999999999999999 weeks", nil), ("", nil),
    ] as [(String, Int64?)])
  func retentionIntervalsAreUnderstood(_ text: String, _ milliseconds: Int64?) {
    #expect(RetentionInterval.parse(text) == milliseconds)
  }

  @Test func aDamagedCheckpointDoesNoHarmWhileTheCommitsAreThere() async throws {
    let (table, snapshot) = try await Self.longTable(dataFiles: false)
    for version in [10, 20] {
      try PosixFile.remove(table.store.path(of: .checkpoint(version)))
      try PosixFile.create(table.store.path(of: .checkpoint(version)), Array("PAR1 damaged PAR1".utf8))
    }
    Self.expectSame(try #require(try DeltaSnapshot.load(table.store)), snapshot)
    try PosixFile.remove(table.store.path(of: .commit(0)))
    let error = #expect(throws: DeltaError.self) { try DeltaSnapshot.load(table.store) }
    #expect(error?.path?.contains("checkpoint") == true)
  }

  @Test func v2CheckpointsAreRefusedByName() async throws {
    let (table, _) = try await Self.longTable(dataFiles: false)
    for version in 0..<20 { try PosixFile.remove(table.store.path(of: .commit(version))) }
    for version in [10, 20] { try PosixFile.remove(table.store.path(of: .checkpoint(version))) }
    try PosixFile.create(
      "\(table.store.logPath)/00000000000000000020.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json", [])
    let error = #expect(throws: DeltaError.self) { try DeltaSnapshot.load(table.store) }
    #expect(error?.code == .unsupportedFeature)
    #expect(error?.message.contains("v2Checkpoint") == true)
  }

  @Test func aMultiPartCheckpointCountsOnlyWhenItIsWhole() {
    let names = [
      "00000000000000000010.checkpoint.0000000001.0000000002.parquet",
      "00000000000000000020.checkpoint.0000000001.0000000002.parquet",
      "00000000000000000010.checkpoint.0000000002.0000000002.parquet", "00000000000000000021.json",
      ".00000000000000000022.json.x.tmp", "00000000000000000022.json.tmp", "0000000000000000023.json",
      "00000000000000000030.checkpoint.0000000003.0000000002.parquet", "_last_checkpoint",
      "00000000000000000024.00000000000000000025.compacted.json", "00000000000000000021.crc",
    ]
    let listing = LogListing(names: names)
    #expect(listing.commits == [21])
    #expect(listing.checkpoints.map(\.version) == [10])
    #expect(listing.checkpoints.first?.files.count == 2)
    for name in names.prefix(4) { #expect(LogFileName(name)?.text == name) }
  }

  @Test func mutatedCheckpointsNeverTrap() throws {
    let table = try DeltaTestTable()
    var append = DeltaTransaction(on: try table.create(), operation: "WRITE", isBlindAppend: true)
    append.add([CommitTests.file("a"), CommitTests.file("b")])
    append.setTransaction(appID: "app", version: 1)
    let snapshot = try append.committed()
    try snapshot.writeCheckpoint()
    let path = table.store.path(of: .checkpoint(1))
    let bytes = try #require(try PosixFile.read(path))
    let mutantPath = table.directory.path("mutant.parquet")
    var generator = SeededGenerator(seed: 11)
    for round in 0..<3000 {
      var mutant = bytes
      if round % 3 == 0 {
        mutant.removeLast(Int.random(in: 1...mutant.count, using: &generator))
      } else {
        for _ in 0..<round % 3 {
          mutant[Int.random(in: 0..<mutant.count, using: &generator)] ^=
            1 << UInt8.random(in: 0..<8, using: &generator)
        }
      }
      try PosixFile.remove(mutantPath)
      try PosixFile.create(mutantPath, mutant)
      _ = try? CheckpointReader.read(mutantPath).count
    }
  }
}
