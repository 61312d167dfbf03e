import Foundation
import TestSupport
import Testing

@testable import DeltaSink

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What file systems do to the log's few calls.
@Suite struct StorageTests {
  /// NFS: the first answer was lost, and the call that was sent again says that the name is taken. It is, by ourselves.
  @Test func aNameThatIsTakenByTheFileItselfIsOurs() throws {
    let directory = try TemporaryDirectory()
    try PosixFile.create(directory.path("temporary"), [1])
    #expect(try PosixFile.addName(directory.path("commit"), to: directory.path("temporary")))
    #expect(try PosixFile.addName(directory.path("commit"), to: directory.path("temporary")))
  }

  @Test func aNameThatIsTakenByAnotherFileIsNotOurs() throws {
    let directory = try TemporaryDirectory()
    for name in ["first", "second"] { try PosixFile.create(directory.path(name), [1]) }
    #expect(try PosixFile.addName(directory.path("commit"), to: directory.path("first")))
    #expect(try !PosixFile.addName(directory.path("commit"), to: directory.path("second")))
    // Two names of its own, and neither is the one that was asked for.
    #expect(try PosixFile.addName(directory.path("elsewhere"), to: directory.path("second")))
    #expect(try !PosixFile.addName(directory.path("commit"), to: directory.path("second")))
  }

  /// The version after it could not be told any more.
  @Test func aVersionThatNoTableCanReachIsNoLogFile() throws {
    let table = try DeltaTestTable()
    try table.create()
    try PosixFile.create("\(table.store.logPath)/09223372036854775807.json", [])
    #expect(try DeltaSnapshot.load(table.store)?.version == 0)
  }
}
