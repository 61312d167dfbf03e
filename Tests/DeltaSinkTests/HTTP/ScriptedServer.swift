/// A web server on the loopback that does to each request what a test says: answers, dawdles, cuts, lies.
import Foundation

final class ScriptedServer: @unchecked Sendable {
  struct Request: Sendable {
    /// Counted from 0, over all connections.
    var number: Int
    /// Of the connection, counted from 0.
    var connection: Int
    var method: String
    /// Path and query.
    var target: String
    /// By names in lower case.
    var headers: [String: String]
    var body: [UInt8]
  }

  typealias Script = @Sendable (Request, Wire) throws -> Void

  let port: Int
  private let listener: Int32
  private let script: Script
  private let readsBodies: Bool
  private let lock = NSLock()
  private var seen: [Request] = []
  private var connections = 0
  private var ended = 0

  /// - Parameter readsBodies: false leaves what follows the head on the wire.
  init(readsBodies: Bool = true, _ script: @escaping Script) throws {
    signal(SIGPIPE, SIG_IGN)
    self.script = script
    self.readsBodies = readsBodies
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = unsafe inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = unsafe withUnsafeMutablePointer(to: &address) { [listener] pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe bind(listener, address, size) == 0 && listen(listener, 64) == 0
          && getsockname(listener, address, &size) == 0
      }
    }
    guard isListening else { throw Failure(description: "no port to listen on") }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [weak self, listener] in
      while true {
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0, let self else { return }
        self.serve(descriptor)
      }
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  struct Failure: Error, CustomStringConvertible { var description: String }

  var url: String { "http://127.0.0.1:\(port)" }
  /// What was asked so far.
  var requests: [Request] { lock.withLock { seen } }
  var connectionCount: Int { lock.withLock { connections } }
  /// Of connections, on either side's account.
  var endedCount: Int { lock.withLock { ended } }

  private func serve(_ descriptor: Int32) {
    let connection = lock.withLock {
      connections += 1
      return connections - 1
    }
    var on: Int32 = 1
    unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    Thread.detachNewThread { [self] in
      let wire = Wire(descriptor)
      while !wire.isClosed, var request = wire.readRequest(withBody: readsBodies) {
        request.connection = connection
        lock.withLock {
          request.number = seen.count
          seen.append(request)
        }
        do { try script(request, wire) } catch { wire.cut() }
      }
      wire.cut()
      lock.withLock { ended += 1 }
    }
  }
}

/// The server's end of a connection; its calls block.
final class Wire {
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private(set) var isClosed = false

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { cut() }

  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count, !isClosed {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe write(descriptor, buffer.baseAddress.map { unsafe $0 + sent }, bytes.count - sent)
      }
      if count <= 0 { return cut() }
      sent += count
    }
  }

  /// A whole answer, after which the connection stays open.
  func answer(_ status: Int = 200, _ body: String = "", headers: [String: String] = [:]) {
    let lines = headers.map { "\($0): \($1)\r\n" }.joined()
    send("HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\(lines)\r\n\(body)")
  }

  func pause(_ seconds: Double) { Thread.sleep(forTimeInterval: seconds) }

  /// Until the client has gone, but not for ever.
  func waitForClient() {
    var descriptors = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    unsafe _ = poll(&descriptors, 1, 20_000)
  }

  func cut() {
    guard !isClosed else { return }
    isClosed = true
    close(descriptor)
  }

  fileprivate func readRequest(withBody: Bool) -> ScriptedServer.Request? {
    guard let head = readHead() else { return nil }
    let lines = head.components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ").map(String.init)
    guard words.count == 3 else { return nil }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] =
        line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    var request = ScriptedServer.Request(
      number: 0, connection: 0, method: words[0], target: words[1], headers: headers, body: [])
    if withBody, let length = headers["content-length"].flatMap({ Int($0) }) {
      while buffer.count < length { guard fill() else { return nil } }
      request.body = Array(buffer.prefix(length))
      buffer.removeFirst(length)
    }
    return request
  }

  private func readHead() -> String? {
    let end = Array("\r\n\r\n".utf8)
    while true {
      if let range = buffer.firstRange(of: end) {
        let head = String(decoding: buffer[..<range.lowerBound], as: UTF8.self)
        buffer.removeSubrange(..<range.upperBound)
        return head
      }
      guard fill() else { return nil }
    }
  }

  private func fill() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe read(descriptor, &chunk, chunk.count)
    guard count > 0 else { return false }
    buffer.append(contentsOf: chunk.prefix(count))
    return true
  }
}
