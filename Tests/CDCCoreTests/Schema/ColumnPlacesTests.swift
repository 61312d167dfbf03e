import CDCCore
import Testing

struct ColumnPlacesTests {
  private let places = ColumnPlaces([("id", 1), ("name", 2), ("_cdc_at", nil), ("gone", 0)])

  @Test(
    arguments: [
      ("id", 1, 0), ("renamed", 2, 1), ("name", nil, 1), ("_cdc_at", 7, 2), ("_cdc_at", nil, 2),
      ("name", 1, 0), ("name", 9, nil), ("gone", 9, nil), ("other", nil, nil),
    ] as [(String, Int?, Int?)])
  func aColumnIsKnownByItsNumberElseByItsName(name: String, number: Int?, place: Int?) {
    #expect(places.place(of: name, number: number) == place)
  }

  @Test func whatIsPassedOverIsNotFound() {
    let later = ColumnPlaces([("a", 1), ("a", 2)], passingOver: [0])
    #expect(later.place(of: "a", number: nil) == 1)
    #expect(later.place(of: "a", number: 1) == nil)
  }
}
