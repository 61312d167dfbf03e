internal import FoundationEssentials

/// Finds the programs of a PostgreSQL server on this machine.
struct ServerBinaries {
  let directory: String

  func path(_ program: String) -> String { "\(directory)/\(program)" }

  /// Looks where Debian, Red Hat and Homebrew put them, newest version first, then asks pg_config and PATH.
  static func find() throws -> ServerBinaries {
    let candidates =
      versioned("/usr/lib/postgresql", "bin") + versioned("/usr", "bin", prefix: "pgsql-")
      + versioned("/opt/homebrew/opt", "bin", prefix: "postgresql@") + (pgConfig().map { [$0] } ?? [])
      + (Environment.process["PATH"] ?? "").split(separator: ":").map(String.init)
    for directory in candidates
    where ["initdb", "pg_ctl", "postgres"].allSatisfy({ isProgram("\(directory)/\($0)") }) {
      return ServerBinaries(directory: directory)
    }
    throw UsageError(
      "The demo starts a PostgreSQL server of its own, but finds none on this machine. Install one "
        + "(on Debian and Ubuntu: apt-get install postgresql), or name a server with --source postgresql://…."
    )
  }

  private static func versioned(_ root: String, _ leaf: String, prefix: String = "") -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    return names.filter { $0.hasPrefix(prefix) }
      .compactMap { name in Double(name.dropFirst(prefix.count)).map { (name, $0) } }
      .sorted { $0.1 > $1.1 }.map { "\(root)/\($0.0)/\(leaf)" }
  }

  private static func pgConfig() -> String? {
    for directory in (Environment.process["PATH"] ?? "").split(separator: ":")
    where isProgram("\(directory)/pg_config") {
      return try? Subprocess.run(["\(directory)/pg_config", "--bindir"]).split(separator: "\n").first.map(
        String.init)
    }
    return nil
  }

  private static func isProgram(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }
}
