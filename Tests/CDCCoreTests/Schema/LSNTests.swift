import CDCCore
import Testing

@Suite struct LSNTests {
  @Test(arguments: [("0/0", 0), ("16/B374D848", 0x16_B374_D848), ("FFFFFFFF/FFFFFFFF", UInt64.max)])
  func textAndNumberAreTheSamePosition(text: String, number: UInt64) {
    #expect(LSN(text) == LSN(number))
    #expect(LSN(number).description == text)
  }

  @Test(arguments: ["", "/", "16", "16/", "/1", "1/2/3", "G/0", "123456789/0", "-1/0"])
  func whatIsNoPositionIsRefused(text: String) {
    #expect(LSN(text) == nil)
  }
}
