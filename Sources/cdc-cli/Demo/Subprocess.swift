internal import Foundation

/// Runs a program to its end and returns what it printed.
enum Subprocess {
  @discardableResult
  static func run(_ command: [String], directory: String = "/") throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.currentDirectoryURL = URL(fileURLWithPath: directory)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      throw SubprocessError(program: command[0], message: "\(error)")
    }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw SubprocessError(program: command[0], message: text) }
    return text
  }
}

struct SubprocessError: Error, CustomStringConvertible {
  let program: String
  let message: String
  var description: String {
    let lines = message.split(separator: "\n").suffix(5).joined(separator: " ")
    return "\(program) failed: \(lines)"
  }
}
