/// A throw-away PostgreSQL server: real, on the loopback, without durability, gone with the test process.
///
/// Tests share one server (`shared()`) and have a database each. A test that keeps a writing transaction
/// open, watches the whole WAL, stops the server or needs settings of its own starts its own (`start`):
/// slots and transactions are the whole server's, so it would disturb its neighbours.
import Foundation

public final class PostgresServer: Sendable {
  public let port: Int
  /// Holds the Unix socket, the log (`server.log`) and the data directory.
  public let directory: String
  public let binaries: String
  private let keeper: Conversation

  private init(port: Int, directory: String, binaries: String, keeper: Conversation) {
    self.port = port
    self.directory = directory
    self.binaries = binaries
    self.keeper = keeper
  }

  deinit { keeper.close() }

  private static let sharedServer = Task { try await start() }

  /// The server that the tests of this process share.
  public static func shared() async throws -> PostgresServer { try await sharedServer.value }

  /// Starts a server of the caller's own; it stops when the last reference goes.
  ///
  /// - Parameters:
  ///   - settings: of postgresql.conf, such as `["wal_level": "replica"]`.
  ///   - primary: followed by the new server, which is its standby.
  ///   - programs: the root of another PostgreSQL than the tests'; its libraries may lie beside it.
  public static func start(
    settings: [String: String] = [:], standbyOf primary: PostgresServer? = nil, programs: String? = nil
  ) async throws -> PostgresServer {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("keeper.sh").path
    let keeper = try Conversation(
      "/bin/sh",
      [script] + (primary.map { ["--standby-of", $0.directory, "\($0.port)"] } ?? [])
        + (programs.map { ["--programs", $0] } ?? [])
        + settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
    let answer = await keeper.nextLine() ?? "error the keeper of the server ended"
    let words = answer.split(separator: " ")
    guard words.count == 4, words[0] == "ok", let port = Int(words[1]) else {
      throw Failure(description: answer)
    }
    return PostgresServer(
      port: port, directory: String(words[2]), binaries: String(words[3]), keeper: keeper)
  }

  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  /// For any database of the server, over TCP: `postgresql://postgres@127.0.0.1:port/name`.
  public func connectionString(database: String = "postgres") -> String {
    "postgresql://postgres@127.0.0.1:\(port)/\(database)"
  }

  /// As `connectionString`, over the Unix socket.
  public func socketConnectionString(database: String = "postgres") -> String {
    "host=\(directory) port=\(port) user=postgres dbname=\(database)"
  }

  public var dataDirectory: String { directory + "/data" }

  /// The server's log so far.
  public func log() throws -> String {
    try String(contentsOfFile: directory + "/server.log", encoding: .utf8)
  }

  /// Starts again what `stop` or `crash` has stopped, on the same port.
  public func start() async throws { try await command("start") }
  /// Stops as an administrator would: sessions end, the WAL is complete.
  public func stop() async throws { try await command("stop") }
  /// Stops as a power cut would: the next start recovers from the WAL.
  public func crash() async throws { try await command("crash") }
  public func restart() async throws { try await command("restart") }

  private func command(_ word: String) async throws {
    let answer = await keeper.ask(word) ?? "error the keeper of the server has ended"
    guard answer.hasPrefix("ok") else { throw Failure(description: answer) }
  }
}
