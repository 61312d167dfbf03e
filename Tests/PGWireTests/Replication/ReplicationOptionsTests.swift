import Testing

@testable import PGWire

/// What each major is asked for: never an option that it does not know.
@Suite struct ReplicationOptionsTests {
  @Test(arguments: [
    (130_022, "'1'", [String]()), (140_023, "'2'", ["binary", "messages", "streaming' 'on"]),
    (150_019, "'3'", ["binary", "messages", "streaming' 'on"]),
    (160_015, "'4'", ["binary", "messages", "streaming' 'parallel", "origin' 'none"]),
    (180_006, "'4'", ["binary", "messages", "streaming' 'parallel", "origin' 'none"]),
  ])
  func asksEachMajorForWhatItKnows(server: Int, version: String, known: [String]) {
    var options = ReplicationOptions(slot: "s", publications: ["p", "o'p\"q"])
    (options.isBinary, options.includesMessages, options.ignoresOrigins) = (true, true, true)
    let command = options.startCommand(server: server).replacing("\" '", with: "' '")
    #expect(command.contains("proto_version' '\(version.dropFirst())"))
    for option in [
      "binary", "messages", "streaming' 'on", "streaming' 'parallel", "origin' 'none",
    ] {
      #expect(command.contains(option) == known.contains(option), "\(option) in \(command)")
    }
    #expect(command.contains("publication_names' '\"p\",\"o''p\"\"q\"'"))
  }

  /// A server that may be silent for longer by its own setting is not given up earlier.
  @Test(arguments: [(1000, 60), (60_000, 60), (1_800_000, 1800), (0, nil)] as [(Int, Int64?)])
  func aServerMayBeSilentForAsLongAsItWaitsItself(walSenderTimeout: Int, limit: Int64?) {
    var options = ReplicationOptions(slot: "s", publications: ["p"])
    #expect(
      options.silenceLimit(walSenderTimeout: walSenderTimeout) == limit.map { $0 * 1_000_000_000 } ?? .max)
    options.serverTimeout = .seconds(5)
    #expect(options.silenceLimit(walSenderTimeout: walSenderTimeout) == 5_000_000_000)
  }
}
