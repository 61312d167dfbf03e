import CDCCore
import TestSupport
import Testing

@testable import DeltaSink

/// Tables that deltalake writes, loaded here.
@Suite struct ForeignTableTests {
  static let create = """
    import pyarrow as pa
    from deltalake import DeltaTable, write_deltalake
    def rows(low, high):
        ids = range(low, high)
        return pa.table({"id": pa.array(ids, pa.int64()), "name": pa.array([f"n{i}" for i in ids])})
    write_deltalake(args[0], rows(0, 10))
    write_deltalake(args[0], rows(10, 20), mode="append")
    """

  @Test func aTableOfDeltalakeIsLoaded() async throws {
    let table = try DeltaTestTable()
    _ = try await LakeReader.python(
      Self.create + """

        (DeltaTable(args[0]).merge(rows(5, 8), "t.id = s.id", source_alias="s", target_alias="t")
          .when_matched_delete().execute())
        result = 0
        """, arguments: [table.path])
    let snapshot = try #require(try DeltaSnapshot.load(table.store))
    #expect(snapshot.version == 2)
    #expect(try snapshot.columns.map(\.type) == [.long, .string])
    #expect(snapshot.files.compactMap(\.liveRecords).reduce(0, +) == 17)
    let bounds = try snapshot.files.compactMap { try $0.statistics(snapshot.schema)?.columns.first }
    #expect(bounds.compactMap(\.min).contains(.integer(0)))
    #expect(bounds.compactMap(\.max).contains(.integer(19)))
    #expect(snapshot.tombstones.count == 1)
  }

  @Test func aTableOfDeltalakeIsWrittenToAndReadBack() async throws {
    let table = try DeltaTestTable()
    _ = try await LakeReader.python(Self.create + "\nresult = 0", arguments: [table.path])
    let snapshot = try #require(try DeltaSnapshot.load(table.store))
    var append = DeltaTransaction(on: snapshot, operation: "WRITE", isBlindAppend: true)
    append.add(try await table.writeFile(20..<30))
    _ = try append.committed()
    #expect(try await table.ids(.duckdb) == Array(0..<30))
    #expect(try await table.ids(.deltalake) == Array(0..<30))
  }

  @Test func deltalakeOptimizesATableOfOursAndWeGoOn() async throws {
    let table = try DeltaTestTable()
    var snapshot = try table.create(DeltaTestTable.metadata(deletionVectors: false))
    for start in [0, 10, 20] {
      var append = DeltaTransaction(on: snapshot, operation: "WRITE", isBlindAppend: true)
      append.add(try await table.writeFile(start..<start + 10))
      snapshot = try append.committed()
    }
    _ = try await LakeReader.python(
      """
      from deltalake import DeltaTable
      DeltaTable(args[0]).optimize.compact()
      result = 0
      """, arguments: [table.path])
    // Another writer moved our rows: an append of ours goes after it, a change of the old files does not.
    var append = DeltaTransaction(on: snapshot, operation: "WRITE", isBlindAppend: true)
    append.add(try await table.writeFile(30..<40))
    let after = try append.commitRebasing()
    #expect(after.version == 5)
    #expect(after.fileCount == 2)
    #expect(after.tombstones.count == 3)
    var delete = DeltaTransaction(on: snapshot, operation: "DELETE", isBlindAppend: false)
    delete.remove(try #require(snapshot.files.first), at: 1)
    #expect(throws: DeltaError.self) { try delete.commitRebasing() }
    #expect(try await table.ids(.duckdb) == Array(0..<40))
  }

  @Test func pathsThatNeedEscapesAreReadAsTheWriterMeantThem() async throws {
    let table = try DeltaTestTable()
    _ = try await LakeReader.python(
      """
      import pyarrow as pa
      from deltalake import write_deltalake
      write_deltalake(args[0], pa.table({"p": ["a b%c/d:é", "x=y"], "id": [1, 2]}), partition_by=["p"])
      result = 0
      """, arguments: [table.path])
    let snapshot = try #require(try DeltaSnapshot.load(table.store))
    #expect(snapshot.metadata.partitionColumns == ["p"])
    #expect(Set(snapshot.files.compactMap { $0.partitionValues["p"] ?? nil }) == ["a b%c/d:é", "x=y"])
    for file in snapshot.files {
      let bytes = try PosixFile.read(table.store.absolutePath(file.path))
      #expect(bytes?.count == file.size)
    }
  }

  /// deltalake's own checkpoint, without the commits that led to it.
  @Test func aCheckpointOfDeltalakeIsRead() async throws {
    let table = try DeltaTestTable()
    _ = try await LakeReader.python(
      Self.create + """

        DeltaTable(args[0]).delete("id = 3")
        t = DeltaTable(args[0])
        t.create_checkpoint()
        write_deltalake(args[0], rows(20, 30), mode="append")
        result = 0
        """, arguments: [table.path])
    let whole = try #require(try DeltaSnapshot.load(table.store))
    for version in 0...2 { try PosixFile.remove(table.store.path(of: .commit(version))) }
    let snapshot = try #require(try DeltaSnapshot.load(table.store))
    #expect(snapshot.version == 3)
    #expect(snapshot.files.compactMap(\.liveRecords).reduce(0, +) == 29)
    CheckpointTests.expectSame(snapshot, whole)
    var append = DeltaTransaction(on: snapshot, operation: "WRITE", isBlindAppend: true)
    append.add(try await table.writeFile(30..<40))
    try append.committed().writeCheckpoint()
    #expect(try await table.ids(.duckdb) == (0..<40).filter { $0 != 3 })
    #expect(try await table.ids(.deltalake) == (0..<40).filter { $0 != 3 })
  }

  @Test func deltalakeCheckpointsATableOfOurs() async throws {
    let (table, snapshot) = try await CheckpointTests.longTable(dataFiles: true)
    _ = try await LakeReader.python(
      """
      from deltalake import DeltaTable
      DeltaTable(args[0]).create_checkpoint()
      result = 0
      """, arguments: [table.path])
    for version in 0...24 { try PosixFile.remove(table.store.path(of: .commit(version))) }
    let loaded = try #require(try DeltaSnapshot.load(table.store))
    #expect(Set(loaded.files.map(\.logicalFile)) == Set(snapshot.files.map(\.logicalFile)))
    #expect(loaded.transactions["app"]?.version == 25)
    #expect(
      loaded.files.compactMap(\.liveRecords).reduce(0, +)
        == snapshot.files.compactMap(\.liveRecords).reduce(0, +))
  }
}
