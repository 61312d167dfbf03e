import CDCCore
import Foundation
import TestSupport
import Testing

@testable import DeltaSink

/// Rows that wait for their upload are in nobody else's reach, though they lie in everybody's /tmp.
struct SpoolTests {
  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  private func folder(of spool: Spool) -> String { (spool.newPath() as NSString).deletingLastPathComponent }

  @Test(arguments: [false, true])
  func filesAreTheUsersAlone(_ isThereForAll: Bool) throws {
    let directory = try TemporaryDirectory()
    let spool = Spool(in: directory.path("tmp"), identity: "p")
    let folder = folder(of: spool)
    if isThereForAll {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    }
    try spool.create()
    try spool.create()
    #expect(try mode(folder) == 0o700)
    let path = spool.newPath()
    let writer = try ParquetFileWriter(
      privatePath: path, columns: [ParquetColumn(name: "c", type: .long)], options: ParquetOptions())
    _ = try writer.close()
    #expect(try mode(path) == 0o600)
    try spool.removeLeftovers()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
  }

  /// Somebody else was there first.
  @Test func aLinkInItsPlaceIsRefused() throws {
    let directory = try TemporaryDirectory()
    let spool = Spool(in: directory.path, identity: "p")
    let other = directory.path("other")
    try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(atPath: folder(of: spool), withDestinationPath: other)
    let error = #expect(throws: DeltaError.self) { try spool.create() }
    #expect(error?.message.contains("TMPDIR") == true)
    let leftover = (spool.newPath() as NSString).lastPathComponent
    try PosixFile.create("\(other)/\(leftover)", [])
    try spool.removeLeftovers()
    #expect(try FileManager.default.contentsOfDirectory(atPath: other) == [leftover])
  }
}
