/// docs/PROOF.md names tests: each of them is in the sources, so that the page cannot drift.
import Foundation
import Testing

@Suite struct ProofPageTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The rows of the page's tables, without their heads: what is promised, and the tests' column.
  private static func rows() throws -> [(item: String, tests: String)] {
    let page = try String(contentsOf: root.appendingPathComponent("docs/PROOF.md"), encoding: .utf8)
    return page.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("| "), !line.hasPrefix("| | ") else { return nil }
      let cells = line.dropFirst(2).dropLast(2).split(separator: " | ")
      return cells.last.map { (cells.dropLast().joined(separator: " | "), String($0)) }
    }
  }

  /// The text of all Swift tests, by the suites declared or extended in each file.
  private static func sources() throws -> [(suites: Set<Substring>, text: String)] {
    let tests = root.appendingPathComponent("Tests")
    let files = FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil)
    return try (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }.map { file in
      let text = try String(contentsOf: file, encoding: .utf8)
      return (Set(text.matches(of: /(?:struct|enum|extension) (\w+)/).map(\.1)), text)
    }
  }

  @Test func namesTestsThatThereAre() throws {
    let rows = try Self.rows()
    let sources = try Self.sources()
    #expect(rows.count > 60 && sources.count > 100)
    for (item, tests) in rows {
      var suite: Substring = ""
      var named = 0
      for word in tests.split(whereSeparator: { " ,;()".contains($0) }) {
        if word.hasSuffix(".sql") {
          let path = Self.root.appendingPathComponent("Tests/\(word)").path
          #expect(FileManager.default.fileExists(atPath: path), "\(item): there is no Tests/\(word)")
          named += 1
        } else if let match = word.wholeMatch(of: /([A-Z]\w+(?:Tests|Contract))?(?:\.(\w+))?/) {
          suite = match.1 ?? suite
          let files = sources.filter { $0.suites.contains(suite) }
          #expect(!files.isEmpty, "\(item): there is no suite \(suite)")
          if let function = match.2 {
            let isThere = files.contains { $0.text.contains("func \(function)(") }
            #expect(isThere, "\(item): there is no test \(suite).\(function)")
          }
          named += 1
        }
      }
      #expect(named > 0, "\(item): no test is named")
    }
  }
}
