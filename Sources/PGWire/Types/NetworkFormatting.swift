/// inet, cidr, macaddr and macaddr8 as text. Source: PostgreSQL, network.c (`network_send`), inet_net_ntop.c, mac.c.

private let ipv4Family: UInt8 = 2
private let ipv6Family: UInt8 = 3

extension [UInt8] {
  /// Bytes: family, prefix length, is it a cidr, address length, address.
  mutating func append(inet field: RawSpan) throws(ValueError) {
    guard field.byteCount >= 4, field.byteCount == 4 + Int(field.byte(3)) else { throw .malformed }
    let prefix = Int(field.byte(1))
    let isCIDR = field.byte(2) != 0
    let address = field.extracting(4..<field.byteCount)
    let width: Int
    switch (field.byte(0), address.byteCount) {
    case (ipv4Family, 4):
      width = 32
      append(ipv4: address, at: 0)
    case (ipv6Family, 16):
      width = 128
      append(ipv6: address)
    default: throw .malformed
    }
    guard prefix <= width else { throw .malformed }
    guard isCIDR || prefix < width else { return }
    append(UInt8(ascii: "/"))
    append(decimal: prefix)
  }

  private mutating func append(ipv4 address: RawSpan, at start: Int) {
    for offset in 0..<4 {
      if offset > 0 { append(UInt8(ascii: ".")) }
      append(decimal: Int(address.byte(start + offset)))
    }
  }

  /// Eight words in hexadecimal; the longest run of two or more zero words becomes `::`.
  private mutating func append(ipv6 address: RawSpan) {
    let zeros = longestRunOfZeroWords(address)
    for word in 0..<8 {
      if zeros.contains(word) {
        if word == zeros.lowerBound { append(UInt8(ascii: ":")) }
        continue
      }
      if word > 0 { append(UInt8(ascii: ":")) }
      if word == 6, holdsIPv4(address, zeros) {
        append(ipv4: address, at: 12)
        break
      }
      append(hexadecimal: UInt32(UInt16(bitPattern: address.int16(word * 2))))
    }
    if !zeros.isEmpty, zeros.upperBound == 8 { append(UInt8(ascii: ":")) }
  }

  mutating func append(macaddr field: RawSpan, count: Int) throws(ValueError) {
    guard field.byteCount == count else { throw .malformed }
    for offset in 0..<count {
      if offset > 0 { append(UInt8(ascii: ":")) }
      append(hexByte: field.byte(offset))
    }
  }
}

private func longestRunOfZeroWords(_ address: RawSpan) -> Range<Int> {
  var best = 0..<0
  var start = 0
  for word in 0...8 where word == 8 || address.int16(word * 2) != 0 {
    if word - start > best.count { best = start..<word }
    start = word + 1
  }
  return best.count >= 2 ? best : 0..<0
}

/// `::a.b.c.d` and `::ffff:a.b.c.d`.
private func holdsIPv4(_ address: RawSpan, _ zeros: Range<Int>) -> Bool {
  guard zeros.lowerBound == 0 else { return false }
  return zeros.count == 6 || zeros.count == 5 && address.int16(10) == -1
    || zeros.count == 7 && address.int16(14) != 1
}
