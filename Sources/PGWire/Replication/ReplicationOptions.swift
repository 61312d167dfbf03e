/// What a stream is asked for. Source: PostgreSQL manual, "Logical Streaming Replication Parameters".
package struct ReplicationOptions: Sendable {
  package var slot: String
  package var publications: [String]
  /// Where to start; 0/0, or anything before the slot's confirmed position, means that position.
  package var start: LogSequenceNumber
  /// Values come in the binary form of their type, where it has one.
  package var isBinary = false
  /// `pg_logical_emit_message` comes through (PostgreSQL 14 or later).
  package var includesMessages = false
  /// What was replicated into the server from elsewhere is not sent, where the server can leave it out (PostgreSQL 16 or
  /// later); older ones send it, with its origin's name.
  package var ignoresOrigins = false
  /// Large transactions come before they commit, where the server can (PostgreSQL 14 or later); `ReplicationStream`
  /// keeps them until then.
  package var streamsTransactions = true
  /// How often the server hears of this side at the least; a shorter `wal_sender_timeout` makes it shorter.
  package var statusInterval = Duration.seconds(10)
  /// A server that is silent for so long, though asked, counts as gone. Nil: 60 seconds, or the server's own
  /// `wal_sender_timeout` where that is longer: while it decodes a large transaction of which nothing is published, it
  /// need not say anything. Where that is 0 (never), only TCP tells.
  package var serverTimeout: Duration?
  /// On a busy stream, how long to let messages gather before reading them; zero never waits. Fewer wake-ups on
  /// both sides are worth 10 to 30 % of the rate.
  package var nap = Duration.microseconds(100)
  /// What streamed transactions may take in memory before they go to a temporary file, in bytes.
  package var spoolMemory = 32 << 20
  /// Where that file lies; nil: `TMPDIR`, else `/tmp`.
  package var spoolDirectory: String?

  package init(slot: String, publications: [String], start: LogSequenceNumber = .zero) {
    self.slot = slot
    self.publications = publications
    self.start = start
  }

  /// - Parameter walSenderTimeout: milliseconds.
  /// - Returns: nanoseconds.
  func silenceLimit(walSenderTimeout: Int) -> Int64 {
    if let serverTimeout { return serverTimeout.nanoseconds > 0 ? serverTimeout.nanoseconds : .max }
    return walSenderTimeout > 0 ? max(60_000, Int64(walSenderTimeout)) * 1_000_000 : .max
  }

  /// The highest protocol version that the server's pgoutput speaks.
  static func protocolVersion(server: Int) -> Int {
    switch server {
    case 160000...: 4
    case 150000...: 3
    case 140000...: 2
    default: 1
    }
  }

  func startCommand(server: Int) -> String {
    let names = publications.map { SQLQuoting.identifier($0) }.joined(separator: ",")
    var options = [
      ("proto_version", "\(Self.protocolVersion(server: server))"), ("publication_names", names),
    ]
    if server >= 140000 {
      if isBinary { options.append(("binary", "true")) }
      if includesMessages { options.append(("messages", "true")) }
      if streamsTransactions { options.append(("streaming", server >= 160000 ? "parallel" : "on")) }
    }
    if ignoresOrigins && server >= 160000 { options.append(("origin", "none")) }
    // The replication grammar knows no E'…': a backslash stands for itself.
    let list = options.map { "\"\($0.0)\" '\($0.1.replacing("'", with: "''"))'" }.joined(separator: ", ")
    return "START_REPLICATION SLOT \(SQLQuoting.identifier(slot)) LOGICAL \(start) (\(list))"
  }
}
