/// A program that answers each line on its standard input with one line on its standard output. It is
/// expected to end when its input ends, which happens at the latest with the test process.
import Foundation

final class Conversation: @unchecked Sendable {
  private let process = Process()
  private let input: FileHandle
  private let output: FileHandle
  private var buffer: [UInt8] = []
  /// Requests block this queue, one at a time, never the cooperative pool.
  private let queue = DispatchQueue(label: "conversation")

  init(_ program: String, _ arguments: [String], errorLog: String? = nil) throws {
    signal(SIGPIPE, SIG_IGN)
    let toProgram = Pipe()
    let fromProgram = Pipe()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardInput = toProgram
    process.standardOutput = fromProgram
    process.standardError = FileHandle.nullDevice
    input = toProgram.fileHandleForWriting
    output = fromProgram.fileHandleForReading
    for handle in [input, output] { _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC) }
    try launch(process)
    try? toProgram.fileHandleForReading.close()
    try? fromProgram.fileHandleForWriting.close()
  }

  /// The program's next line, or nil where it has ended.
  func nextLine() async -> String? {
    await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: self.readLine()) }
    }
  }

  /// Says a line and waits for the answer; nil where the program has ended.
  func ask(_ line: String) async -> String? {
    await withCheckedContinuation { continuation in
      queue.async {
        do {
          try self.input.write(contentsOf: Data((line + "\n").utf8))
          continuation.resume(returning: self.readLine())
        } catch {
          continuation.resume(returning: nil)
        }
      }
    }
  }

  /// Ends the program's input, on which it ends itself.
  func close() { try? input.close() }

  private func readLine() -> String? {
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeSubrange(...end)
        return line
      }
      let chunk = output.availableData
      if chunk.isEmpty { return nil }
      buffer.append(contentsOf: chunk)
    }
  }
}
