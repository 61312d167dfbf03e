import Foundation

extension Array where Element == UInt8 {
  init(at path: String) throws { self = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) }

  func write(to path: String) throws { try Data(self).write(to: URL(fileURLWithPath: path)) }
}
