import CDCCore
import Testing

@testable import PGWire

struct SlotOriginTests {
  @Test(arguments: [
    SlotOrigin(since: nil, owner: nil), SlotOrigin(since: LSN(0x1_0000_00A0), owner: nil),
    SlotOrigin(since: LSN(7), owner: "main.a shop for all"),
  ])
  func isReadFromTheCommentThatItWrites(_ origin: SlotOrigin) {
    #expect(SlotOrigin(comment: origin.comment) == origin)
  }

  @Test(arguments: ["", "ours", "cdc: slot since", "cdc: slot since x", "cdc: slot since 1/2/3 for us"])
  func leavesCommentsOfOthersAlone(_ comment: String) {
    #expect(SlotOrigin(comment: comment) == nil)
  }
}
