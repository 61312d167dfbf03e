import PGWire
import Testing

@Suite struct ByteReaderTests {
  @Test func valuesAreBigEndianAndTheCursorMovesPastThem() throws {
    let bytes: [UInt8] = [1, 0xFF, 0xFE, 0, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x61, 0x62, 0]
    let span = unsafe bytes.span.bytes
    var offset = 0
    #expect(try span.readUInt8(at: &offset) == 1)
    #expect(try span.readInt16(at: &offset) == -2)
    #expect(try span.readInt32(at: &offset) == 256)
    #expect(try span.readInt64(at: &offset) == .min)
    let text = try span.readCString(at: &offset)
    #expect(try span.text(text) == "ab")
    #expect(offset == 18)
    try span.expectEnd(at: offset)
  }

  @Test func whatIsNotThereThrowsAndLeavesTheCursor() {
    let bytes: [UInt8] = [1, 2, 3]
    let span = unsafe bytes.span.bytes
    var offset = 2
    for read in 0..<6 {
      do throws(MalformedBytes) {
        switch read {
        case 0: _ = try span.readInt16(at: &offset)
        case 1: _ = try span.readInt32(at: &offset)
        case 2: _ = try span.readInt64(at: &offset)
        case 3: _ = try span.skip(2, at: &offset)
        case 4: _ = try span.skip(-1, at: &offset)
        default: _ = try span.readCString(at: &offset)
        }
        Issue.record("read \(read) went beyond the end")
      } catch {
        #expect(error.offset == 2)
        #expect(error.reason == (read == 5 ? .unterminated : .truncated))
      }
      #expect(offset == 2)
    }
  }

  @Test(arguments: ["0/0", "16/B374D848", "FFFFFFFF/FFFFFFFF"])
  func positionsAreWrittenAsTheyAreRead(text: String) {
    #expect(LogSequenceNumber(text)?.description == text)
  }

  @Test(arguments: ["", "/", "1", "1/", "/1", "1/2/3", "G/0", "123456789/0", "+1/0", "-1/0", "1 /0"])
  func whatIsNoPositionIsRefused(text: String) {
    #expect(LogSequenceNumber(text) == nil)
  }
}
