/// A way to a server's port on which what the server sends arrives slowly, though the server has got rid of it.
import Foundation

public final class SlowProxy: Sendable {
  public let port: Int
  private let keeper: Conversation

  /// - Parameter bytesPerSecond: of each connection, from the server.
  public init(to server: PostgresServer, bytesPerSecond: Int) async throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("slowproxy.py").path
    keeper = try Conversation(
      "/usr/bin/env", ["python3", script, "127.0.0.1", String(server.port), String(bytesPerSecond)])
    guard let port = await keeper.nextLine().flatMap({ Int($0) }) else {
      throw PostgresServer.Failure(description: "\(script) does not start")
    }
    self.port = port
  }

  deinit { keeper.close() }

  public func connectionString(database: String) -> String {
    "postgresql://postgres@127.0.0.1:\(port)/\(database)"
  }
}
