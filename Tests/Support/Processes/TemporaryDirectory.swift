/// A directory of its own for one test, removed with everything in it when the last reference goes.
public import Foundation

public final class TemporaryDirectory: Sendable {
  public let url: URL
  public var path: String { url.path }

  public init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("cdc-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The path of a file or folder in it, which need not exist.
  public func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}

/// Runs `body` with a directory of its own and removes it afterwards.
public func withTemporaryDirectory<Result>(
  _ body: (TemporaryDirectory) async throws -> Result
) async throws -> Result {
  let directory = try TemporaryDirectory()
  let result = try await body(directory)
  return withExtendedLifetime(directory) { result }
}
