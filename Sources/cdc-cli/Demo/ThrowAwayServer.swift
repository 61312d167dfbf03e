internal import FoundationEssentials
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A PostgreSQL server in a temporary folder, reached by a Unix socket there and by nothing else.
///
/// It must not outlive the command, however that ends. A small shell holds the reading end of a pipe whose writing end
/// is ours: when we stop, crash or are killed, the pipe closes, and the shell stops the server and removes the folder.
final class ThrowAwayServer: Sendable {
  let folder: String
  let version: String
  private let keeper: Keeper

  var connection: String { "host=\(folder) port=5432 user=postgres dbname=postgres" }

  static func start() throws -> ThrowAwayServer {
    let binaries = try ServerBinaries.find()
    let user = try ServerUser.forServer()
    let folder = try makeFolder(ownedBy: user)
    let keeper: Keeper
    do {
      let shell =
        "exec 2>/dev/null; trap '' INT TERM HUP; read -r line; "
        + "\(quoted(user.prefix + [binaries.path("pg_ctl"), "-D", "\(folder)/data", "-m", "immediate", "-w", "stop"])) "
        + ">/dev/null; rm -rf \(quoted([folder]))"
      keeper = try Keeper(shell: shell)
    } catch {
      try? FileManager.default.removeItem(atPath: folder)
      throw error
    }
    do {
      let version = try create(binaries, user, folder)
      return ThrowAwayServer(folder: folder, version: version, keeper: keeper)
    } catch {
      keeper.letGo()
      throw error
    }
  }

  private init(folder: String, version: String, keeper: Keeper) {
    self.folder = folder
    self.version = version
    self.keeper = keeper
  }

  /// Returns when the server has gone and its folder with it.
  func stop() { keeper.letGo() }

  private static func create(_ binaries: ServerBinaries, _ user: ServerUser, _ folder: String) throws
    -> String
  {
    let data = "\(folder)/data"
    try Subprocess.run(
      user.prefix + [
        binaries.path("initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C",
        "--no-sync",
        "--no-instructions",
      ])
    // Nothing here has to survive a crash of the machine.
    let settings = """
      listen_addresses = ''
      unix_socket_directories = '\(folder)'
      port = 5432
      wal_level = logical
      max_wal_senders = 10
      max_replication_slots = 10
      fsync = off
      synchronous_commit = off
      full_page_writes = off
      shared_buffers = 256MB
      max_wal_size = 4GB
      maintenance_work_mem = 128MB
      autovacuum_naptime = 1h

      """
    try Subprocess.run(
      user.prefix + [
        "/bin/sh", "-c", "printf '%s' \"$1\" >> \"$2\"", "sh", settings, "\(data)/postgresql.conf",
      ])
    do {
      try Subprocess.run(
        user.prefix + [
          binaries.path("pg_ctl"), "-D", data, "-l", "\(data)/server.log", "-w", "-t", "60", "start",
        ])
    } catch {
      let log = (try? String(contentsOfFile: "\(data)/server.log", encoding: .utf8)) ?? ""
      throw SubprocessError(program: binaries.path("postgres"), message: log.isEmpty ? "\(error)" : log)
    }
    let version = try Subprocess.run([binaries.path("postgres"), "--version"])
    return version.split(separator: " ").dropFirst(2).first.map { String($0).filter { !$0.isNewline } } ?? ""
  }

  /// The path of a Unix socket has little more than a hundred bytes: the folder is short.
  private static func makeFolder(ownedBy user: ServerUser) throws -> String {
    var base = Environment.process["TMPDIR"] ?? "/tmp"
    if base.utf8.count > 60 { base = "/tmp" }
    while base.count > 1, base.hasSuffix("/") { base.removeLast() }
    let folder = "\(base)/cdc-demo-\(getpid())-\(UInt32.random(in: .min ... .max))"
    guard unsafe mkdir(folder, 0o700) == 0 else {
      throw UsageError(
        "The demo cannot make a folder in \(base) for its server. Set TMPDIR to one that can be written.")
    }
    if let id = user.id, unsafe chown(folder, id.user, id.group) != 0 {
      _ = unsafe rmdir(folder)
      throw UsageError(
        "The demo cannot hand the folder \(folder) over to the user postgres. Run it as another user.")
    }
    return folder
  }

  private static func quoted(_ words: [String]) -> String {
    words.map {
      "'" + $0.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
    .joined(separator: " ")
  }
}

/// PostgreSQL refuses to run as root; then another user must own and run the server.
private struct ServerUser {
  /// Nil where it is the one who runs the command.
  let id: (user: uid_t, group: gid_t)?
  /// What is put before a command so that this user runs it.
  let prefix: [String]

  static func forServer() throws -> ServerUser {
    guard geteuid() == 0 else { return ServerUser(id: nil, prefix: []) }
    for name in ["postgres", "nobody"] {
      guard let entry = unsafe getpwnam(name) else { continue }
      let id = unsafe (user: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
      for directory in ["/usr/bin", "/sbin", "/usr/sbin", "/bin"] {
        if FileManager.default.isExecutableFile(atPath: "\(directory)/setpriv") {
          let words = ["--reuid=\(id.user)", "--regid=\(id.group)", "--clear-groups", "--"]
          return ServerUser(id: id, prefix: ["\(directory)/setpriv"] + words)
        }
        if FileManager.default.isExecutableFile(atPath: "\(directory)/runuser") {
          return ServerUser(id: id, prefix: ["\(directory)/runuser", "-u", name, "--"])
        }
      }
    }
    throw UsageError(
      "PostgreSQL does not run as root, and neither setpriv nor runuser is here to start it as the user postgres. "
        + "Run the demo as another user, or name a server with --source postgresql://….")
  }
}

/// The shell that cleans up when its pipe closes.
private final class Keeper: Sendable {
  private let process: Subprocess
  private let writing: Mutex<Int32?>

  init(shell: String) throws {
    let pipe = try PipePair()
    defer { close(pipe.reading) }
    do {
      process = try Subprocess(["/bin/sh", "-c", shell], input: pipe.reading)
    } catch {
      close(pipe.writing)
      throw error
    }
    writing = Mutex(pipe.writing)
  }

  /// Returns when it has cleaned up.
  func letGo() {
    writing.withLock { writing in
      guard let end = writing else { return }
      writing = nil
      close(end)
      _ = process.wait()
    }
  }

  deinit { letGo() }
}
