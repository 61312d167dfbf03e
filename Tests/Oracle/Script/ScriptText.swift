/// The text form of a script: SQL that psql understands, with directives in comments. A regression test is such a file.
///
///     --@ table t0 disposition=merge
///     --@ lake file_bytes=20000 small_files=3 copy_on_write
///     --@ setup
///     CREATE TABLE …
///     --@ round
///     --@ session [forgiving]
///     --@ during load | capture rows=10 bytes=1000 cut=cancel:50
///     --@ after capture cut=fault:before_table_commit:2[:retryable] | cut=terminate:20
///     --@ after reload tables=t0,t1
///
/// In names of tables all but ASCII letters, digits and `_` is `%` and two hexadecimal digits.
import CDCCore
import Foundation

extension Script {
  var text: String {
    var lines: [String] = []
    if let seed { lines.append("-- seed \(seed)") }
    for table in tables { lines.append(table.directive) }
    lines.append(
      "--@ lake file_bytes=\(lake.fileBytes) small_files=\(lake.smallFiles)"
        + (lake.isCopyOnWrite ? " copy_on_write" : ""))
    lines.append("--@ setup")
    lines += setup.map { $0.sql + ";" }
    for round in rounds {
      lines.append("--@ round")
      for session in round.sessions {
        lines.append("--@ session" + (session.isForgiving ? " forgiving" : ""))
        lines += session.transactions.map(\.text)
      }
      lines += round.during.map { "--@ during " + $0.text }
      lines += round.after.map { "--@ after " + $0.text }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  struct Malformed: Error, CustomStringConvertible {
    var line: String
    var description: String { "not understood: \(line)" }
  }

  /// A session's statements become one transaction of one statement: psql takes the text as it is.
  init(parsing text: String) throws {
    self.init()
    var pending: [String] = []
    var isSetup = true
    func take() -> String? {
      let sql = pending.joined(separator: "\n")
      pending = []
      return sql.contains { !$0.isWhitespace } ? sql : nil
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("--@ ") else {
        pending.append(String(line))
        continue
      }
      close(take(), isSetup: isSetup)
      var words = line.split(separator: " ").dropFirst().map(String.init)
      let directive = words.removeFirst()
      switch directive {
      case "table": tables.append(try TableSpec(words))
      case "lake": lake = LakeSpec(words)
      case "setup": isSetup = true
      case "round":
        isSetup = false
        rounds.append(Round())
      case "session" where !rounds.isEmpty:
        rounds[rounds.count - 1].sessions.append(
          Session(isForgiving: words.contains("forgiving"), transactions: []))
      case "during" where !rounds.isEmpty: rounds[rounds.count - 1].during.append(try Action(words))
      case "after" where !rounds.isEmpty: rounds[rounds.count - 1].after.append(try Action(words))
      default: throw Malformed(line: String(line))
      }
    }
    close(take(), isSetup: isSetup)
  }

  private mutating func close(_ sql: String?, isSetup: Bool) {
    guard let sql else { return }
    if isSetup {
      setup.append(Statement(sql: sql))
    } else if let round = rounds.indices.last, let session = rounds[round].sessions.indices.last {
      rounds[round].sessions[session].transactions.append(
        Transaction(statements: [Statement(sql: sql)], ending: nil))
    }
  }
}

extension Script.Transaction {
  var text: String {
    let body = statements.map(\.terminated)
    if body.isEmpty { return "" }
    guard let ending else { return body.joined(separator: "\n") }
    return (["BEGIN;"] + body + [ending + ";"]).joined(separator: "\n") + "\n"
  }
}

extension Script.Statement {
  /// Data of a COPY end with `\.` and nothing else.
  fileprivate var terminated: String { sql.hasSuffix("\\.") || sql.hasSuffix(";\n") ? sql : sql + ";" }
}

extension Script.TableSpec {
  fileprivate var directive: String {
    var words = ["--@ table", encoded(name)]
    if let disposition { words.append("disposition=\(disposition.rawValue)") }
    return words.joined(separator: " ")
  }

  fileprivate init(_ words: [String]) throws {
    guard let name = words.first else { throw Script.Malformed(line: "table") }
    self.init(name: decoded(name))
    for (option, value) in options(words) where option == "disposition" {
      disposition = WriteDisposition(rawValue: value)
    }
  }
}

extension Script.LakeSpec {
  fileprivate init(_ words: [String]) {
    self.init()
    isCopyOnWrite = words.contains("copy_on_write")
    for (option, value) in options(words) {
      switch option {
      case "file_bytes": fileBytes = Int(value) ?? fileBytes
      case "small_files": smallFiles = Int(value) ?? smallFiles
      default: break
      }
    }
  }
}

extension Script.Action {
  var text: String {
    var words = [kind.rawValue]
    if kind == .capture { words += ["rows=\(rows)", "bytes=\(bytes)"] }
    if kind == .reload { words.append("tables=" + tables.map(encoded).joined(separator: ",")) }
    switch cut {
    case .none: break
    case .cancel(let milliseconds): words.append("cut=cancel:\(milliseconds)")
    case .fault(let stage, let time, let isRetryable):
      words.append("cut=fault:\(stage):\(time)" + (isRetryable ? ":retryable" : ""))
    case .terminate(let milliseconds): words.append("cut=terminate:\(milliseconds)")
    }
    return words.joined(separator: " ")
  }

  fileprivate init(_ words: [String]) throws {
    guard let kind = words.first.flatMap(Kind.init(rawValue:)) else {
      throw Script.Malformed(line: words.joined(separator: " "))
    }
    self.init(kind: kind)
    for (option, value) in options(words) {
      switch option {
      case "rows": rows = Int(value) ?? rows
      case "bytes": bytes = Int(value) ?? bytes
      case "tables": tables = value.split(separator: ",").map { decoded(String($0)) }
      case "cut": cut = Script.Cut(value.split(separator: ":").map(String.init))
      default: break
      }
    }
  }
}

extension Script.Cut {
  fileprivate init(_ words: [String]) {
    let number =
      words.count > 1
      ? Int(words.last == "retryable" ? words[words.count - 2] : words[words.count - 1]) ?? 1 : 1
    switch words.first {
    case "cancel": self = .cancel(milliseconds: number)
    case "terminate": self = .terminate(milliseconds: number)
    case "fault" where words.count > 2:
      self = .fault(stage: words[1], time: number, isRetryable: words.last == "retryable")
    default: self = .none
    }
  }
}

private func options(_ words: [String]) -> [(String, String)] {
  words.compactMap { word in
    let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
    return parts.count == 2 ? (parts[0], parts[1]) : nil
  }
}

private let nameCharacters = CharacterSet(
  charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")

private func encoded(_ name: String) -> String {
  name.addingPercentEncoding(withAllowedCharacters: nameCharacters) ?? name
}

private func decoded(_ name: String) -> String { name.removingPercentEncoding ?? name }
