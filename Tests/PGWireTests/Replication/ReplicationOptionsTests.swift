import Testing

@testable import PGWire

/// What each major is asked for: never an option that it does not know.
@Suite struct ReplicationOptionsTests {
  @Test(arguments: [
    (130_022, "'1'", [String]()), (140_023, "'2'", ["binary", "messages", "streaming' 'on"]),
    (150_019, "'3'", ["binary", "messages", "streaming' 'on", "two_phase"]),
    (160_015, "'4'", ["binary", "messages", "streaming' 'parallel", "two_phase", "origin' 'none"]),
    (180_006, "'4'", ["binary", "messages", "streaming' 'parallel", "two_phase", "origin' 'none"]),
  ])
  func asksEachMajorForWhatItKnows(server: Int, version: String, known: [String]) {
    var options = ReplicationOptions(slot: "s", publications: ["p", "o'p\"q"])
    (options.isBinary, options.includesMessages, options.isTwoPhase, options.ignoresOrigins) = (
      true, true, true, true
    )
    let command = options.startCommand(server: server).replacing("\" '", with: "' '")
    #expect(command.contains("proto_version' '\(version.dropFirst())"))
    for option in [
      "binary", "messages", "streaming' 'on", "streaming' 'parallel", "two_phase", "origin' 'none",
    ] {
      #expect(command.contains(option) == known.contains(option), "\(option) in \(command)")
    }
    #expect(command.contains("publication_names' '\"p\",\"o''p\"\"q\"'"))
  }
}
