// One specialization of `BitPacker` for each width: the switch by which a width becomes a constant.

func packNarrow<Value: FixedWidthInteger & UnsignedInteger>(
  _ source: UnsafePointer<Value>, count: Int, width: Int, to target: UnsafeMutableRawPointer
) -> Int {
  switch width {
  case 0: 0
  case 1: unsafe BitPacker<1>.pack(source, count: count, to: target)
  case 2: unsafe BitPacker<2>.pack(source, count: count, to: target)
  case 3: unsafe BitPacker<3>.pack(source, count: count, to: target)
  case 4: unsafe BitPacker<4>.pack(source, count: count, to: target)
  case 5: unsafe BitPacker<5>.pack(source, count: count, to: target)
  case 6: unsafe BitPacker<6>.pack(source, count: count, to: target)
  case 7: unsafe BitPacker<7>.pack(source, count: count, to: target)
  case 8: unsafe BitPacker<8>.pack(source, count: count, to: target)
  case 9: unsafe BitPacker<9>.pack(source, count: count, to: target)
  case 10: unsafe BitPacker<10>.pack(source, count: count, to: target)
  case 11: unsafe BitPacker<11>.pack(source, count: count, to: target)
  case 12: unsafe BitPacker<12>.pack(source, count: count, to: target)
  case 13: unsafe BitPacker<13>.pack(source, count: count, to: target)
  case 14: unsafe BitPacker<14>.pack(source, count: count, to: target)
  case 15: unsafe BitPacker<15>.pack(source, count: count, to: target)
  case 16: unsafe BitPacker<16>.pack(source, count: count, to: target)
  case 17: unsafe BitPacker<17>.pack(source, count: count, to: target)
  case 18: unsafe BitPacker<18>.pack(source, count: count, to: target)
  case 19: unsafe BitPacker<19>.pack(source, count: count, to: target)
  case 20: unsafe BitPacker<20>.pack(source, count: count, to: target)
  case 21: unsafe BitPacker<21>.pack(source, count: count, to: target)
  case 22: unsafe BitPacker<22>.pack(source, count: count, to: target)
  case 23: unsafe BitPacker<23>.pack(source, count: count, to: target)
  case 24: unsafe BitPacker<24>.pack(source, count: count, to: target)
  case 25: unsafe BitPacker<25>.pack(source, count: count, to: target)
  case 26: unsafe BitPacker<26>.pack(source, count: count, to: target)
  case 27: unsafe BitPacker<27>.pack(source, count: count, to: target)
  case 28: unsafe BitPacker<28>.pack(source, count: count, to: target)
  case 29: unsafe BitPacker<29>.pack(source, count: count, to: target)
  case 30: unsafe BitPacker<30>.pack(source, count: count, to: target)
  case 31: unsafe BitPacker<31>.pack(source, count: count, to: target)
  default: unsafe BitPacker<32>.pack(source, count: count, to: target)
  }
}

func packWide(
  _ source: UnsafePointer<UInt64>, count: Int, width: Int, to target: UnsafeMutableRawPointer
) -> Int {
  switch width {
  case 33: unsafe BitPacker<33>.pack(source, count: count, to: target)
  case 34: unsafe BitPacker<34>.pack(source, count: count, to: target)
  case 35: unsafe BitPacker<35>.pack(source, count: count, to: target)
  case 36: unsafe BitPacker<36>.pack(source, count: count, to: target)
  case 37: unsafe BitPacker<37>.pack(source, count: count, to: target)
  case 38: unsafe BitPacker<38>.pack(source, count: count, to: target)
  case 39: unsafe BitPacker<39>.pack(source, count: count, to: target)
  case 40: unsafe BitPacker<40>.pack(source, count: count, to: target)
  case 41: unsafe BitPacker<41>.pack(source, count: count, to: target)
  case 42: unsafe BitPacker<42>.pack(source, count: count, to: target)
  case 43: unsafe BitPacker<43>.pack(source, count: count, to: target)
  case 44: unsafe BitPacker<44>.pack(source, count: count, to: target)
  case 45: unsafe BitPacker<45>.pack(source, count: count, to: target)
  case 46: unsafe BitPacker<46>.pack(source, count: count, to: target)
  case 47: unsafe BitPacker<47>.pack(source, count: count, to: target)
  case 48: unsafe BitPacker<48>.pack(source, count: count, to: target)
  case 49: unsafe BitPacker<49>.pack(source, count: count, to: target)
  case 50: unsafe BitPacker<50>.pack(source, count: count, to: target)
  case 51: unsafe BitPacker<51>.pack(source, count: count, to: target)
  case 52: unsafe BitPacker<52>.pack(source, count: count, to: target)
  case 53: unsafe BitPacker<53>.pack(source, count: count, to: target)
  case 54: unsafe BitPacker<54>.pack(source, count: count, to: target)
  case 55: unsafe BitPacker<55>.pack(source, count: count, to: target)
  case 56: unsafe BitPacker<56>.pack(source, count: count, to: target)
  case 57: unsafe BitPacker<57>.pack(source, count: count, to: target)
  case 58: unsafe BitPacker<58>.pack(source, count: count, to: target)
  case 59: unsafe BitPacker<59>.pack(source, count: count, to: target)
  case 60: unsafe BitPacker<60>.pack(source, count: count, to: target)
  case 61: unsafe BitPacker<61>.pack(source, count: count, to: target)
  case 62: unsafe BitPacker<62>.pack(source, count: count, to: target)
  case 63: unsafe BitPacker<63>.pack(source, count: count, to: target)
  default: unsafe BitPacker<64>.pack(source, count: count, to: target)
  }
}
