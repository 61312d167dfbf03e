#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A child process, started by posix_spawn(3) with nothing of ours but what it is given. (Foundation's own waits for
/// grandchildren too, and a server started by pg_ctl is one that stays.)
struct Subprocess {
  let id: pid_t
  private let program: String

  /// - Parameters:
  ///   - input: becomes its standard input; nothing where nil.
  ///   - output: becomes its standard output and error; nowhere where nil.
  init(_ command: [String], input: Int32? = nil, output: Int32? = nil) throws {
    program = command[0]
    #if canImport(Glibc)
      var actions = unsafe posix_spawn_file_actions_t()
    #else
      var actions: posix_spawn_file_actions_t?
    #endif
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (file, target) in [(input, STDIN_FILENO), (output, STDOUT_FILENO), (output, STDERR_FILENO)] {
      if let file {
        unsafe posix_spawn_file_actions_adddup2(&actions, file, target)
      } else {
        unsafe posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_RDWR, 0)
      }
    }
    var arguments = unsafe command.map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var id: pid_t = 0
    let result = unsafe posix_spawn(&id, program, &actions, nil, &arguments, environ)
    guard result == 0 else {
      throw SubprocessError(program: program, message: unsafe String(cString: strerror(result)))
    }
    self.id = id
  }

  /// True where it ended well.
  func wait() -> Bool {
    var status: Int32 = 0
    while unsafe waitpid(id, &status, 0) < 0 {
      guard errno == EINTR else { return false }
    }
    return status == 0
  }

  /// Runs a program to its end and returns what it printed.
  @discardableResult
  static func run(_ command: [String]) throws -> String {
    let pipe = try PipePair()
    let process: Subprocess
    do {
      process = try Subprocess(command, output: pipe.writing)
    } catch {
      close(pipe.reading)
      close(pipe.writing)
      throw error
    }
    close(pipe.writing)
    defer { close(pipe.reading) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = unsafe read(pipe.reading, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    let text = String(decoding: bytes, as: UTF8.self)
    guard process.wait() else { throw SubprocessError(program: command[0], message: text) }
    return text
  }
}

/// The two ends of a pipe, which no child inherits unless it is given one.
struct PipePair {
  let reading: Int32
  let writing: Int32

  init() throws {
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else {
      throw SubprocessError(program: "pipe", message: "error \(errno)")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (reading, writing) = (ends[0], ends[1])
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
