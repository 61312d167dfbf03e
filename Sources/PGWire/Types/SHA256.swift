internal import CCrypto

/// SHA-256 (FIPS 180-4) by OpenSSL, which libpq and libcurl bring along already.
enum SHA256 {
  static let byteCount = 32

  /// The digest of the bytes; nil where OpenSSL is set up to refuse.
  static func digest(_ bytes: [UInt8]) -> [UInt8]? {
    var digest = [UInt8](repeating: 0, count: byteCount)
    var size: UInt32 = 0
    let done = unsafe bytes.withUnsafeBytes { input in
      unsafe digest.withUnsafeMutableBufferPointer { output in
        unsafe EVP_Digest(input.baseAddress, input.count, output.baseAddress, &size, EVP_sha256(), nil)
      }
    }
    return done == 1 && size == byteCount ? digest : nil
  }
}
