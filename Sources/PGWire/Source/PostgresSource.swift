public import CDCCore
public import Logging

/// The tables of a PostgreSQL database, and their changes by logical replication.
///
/// It writes nothing into the source but a replication slot and two publications (one with a comment), all named after the
/// pipeline, and temporary slots while it loads; `cleanUp` removes them, and the event trigger of `definitionTrigger`. Needs
/// PostgreSQL 13 or later with `wal_level = logical`, a user with the attribute REPLICATION and SELECT on the tables, and,
/// where the publication does not yet exist, ownership of them.
public final class PostgresSource: ChangeSource {
  public struct Options: Sendable {
    /// Take transactions that are still running, so that a large one need not end before its changes come.
    public var streamsInProgress = true
    /// How long the reader sleeps after the first byte before it drains what has come; longer is not better.
    public var nap: Duration = .microseconds(100)
    /// Which destination the slot is for. Where two give their pipelines one name, each load of one makes the slot anew
    /// and would tear a gap into the other: it is told to load again instead. Nil: nobody looks.
    public var owner: String?
    /// The server hears of this side at least this often.
    public var statusInterval: Duration = .seconds(10)
    /// Prefixes of logical messages (`pg_logical_emit_message`) that become rows of the table `_cdc_messages`; `*` stands for
    /// any characters. Needs PostgreSQL 14.
    ///
    /// With messages the server keeps transactions until they commit, whatever `streamsInProgress` says: in a stream of
    /// one in progress it does not tell which messages belong to a subtransaction that is rolled back.
    public var messages: [String] = []
    /// Names of replication origins whose transactions are passed over; `*` stands for any characters, alone for all that
    /// was replicated into the source. Full loads hold such rows all the same.
    public var ignoredOrigins: [String] = []
    /// Has the deletes of a transaction left out that follow a transactional logical message with this prefix in it: rows
    /// that the source purges stay at the destination until they are loaded again. Needs PostgreSQL 14.
    public var ignoreDeletesPrefix: String?
    /// On a stream without end, how often the catalog is looked at for tables that came, went or were altered without a
    /// change in the log.
    public var catalogInterval: Duration = .seconds(60)

    public init() {}
  }

  public let pipeline: String
  public let resources: ResourceList
  public let options: Options
  /// `cdc_<pipeline>`, also the publication's name.
  public let slotName: String
  let settings: ConnectionSettings
  let logger: Logger
  let confirmations = Confirmations()

  /// - Parameters:
  ///   - connection: a URL, a keyword string or a database's name, as libpq takes them; `PG*` variables, service
  ///     file and `.pgpass` fill in the rest.
  ///   - pipeline: names the slot and the publications.
  public init(
    connection: String, pipeline: String, resources: ResourceList = ResourceList(),
    options: Options = Options(), logger: Logger? = nil
  ) throws {
    let slotName = Self.slotName(pipeline: pipeline)
    guard slotName.utf8.count > 4 else {
      throw CDCError(
        .configuration,
        "The pipeline's name \"\(pipeline)\" has no letter or digit, but the replication slot is named after it. "
          + "Choose a name of letters, digits and underscores.")
    }
    settings = try ConnectionSettings(connection)
    self.pipeline = pipeline
    self.slotName = slotName
    self.resources = resources
    self.options = options
    self.logger = logger ?? Logger(label: "cdc.postgres")
  }

  /// Slot names have lower-case letters, digits and underscores, at most 63.
  static func slotName(pipeline: String) -> String {
    var name = "cdc_"
    for character in pipeline.lowercased().utf8 {
      switch character {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "_"):
        name.unicodeScalars.append(Unicode.Scalar(character))
      default: name += name.hasSuffix("_") ? "" : "_"
      }
    }
    return String(name.prefix(63))
  }

  /// Inserts, updates, deletes and truncations of tables with a replica identity.
  public var publicationName: String { slotName }
  /// Inserts and truncations of tables without one.
  public var insertPublicationName: String { String(slotName.prefix(55)) + "_inserts" }

  /// A connection for queries and COPY, with the settings that the text decoders rely on.
  func connect() async throws -> PostgresConnection {
    let connection = try await PostgresConnection.connect(settings, logger: logger)
    for statement in SessionSettings.statements { try await connection.execute(statement) }
    return connection
  }

  /// How the stream connects: its session has the same settings.
  var streamSettings: ConnectionSettings {
    var settings = settings
    settings["options"] = (settings["options"].map { $0 + " " } ?? "") + SessionSettings.options
    return settings
  }

  /// Runs `body` with a connection that is closed afterwards.
  func withConnection<Result>(
    _ body: (PostgresConnection) async throws -> Result
  ) async throws -> Result {
    let connection = try await connect()
    do {
      let result = try await body(connection)
      await connection.close()
      return result
    } catch {
      await connection.close()
      throw error
    }
  }

  public func confirm(_ position: LSN) { confirmations.confirm(position) }
}
