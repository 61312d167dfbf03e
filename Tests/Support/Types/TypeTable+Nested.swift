extension TypeTable {
  static let ranges: [TypeExample] = [
    TypeExample(
      "int4range", "string", [.same("[1,5)"), .same("empty"), .same("(,)"), .text("'(,7]'", "(,8)")]),
    TypeExample("int8range", "string", [.same("[-9223372036854775808,9223372036854775807)")]),
    TypeExample(
      "numrange", "string", [.same("(1.10,2.500]"), .same("[-Infinity,NaN]"), .same("[0.000001,)")]),
    TypeExample(
      "daterange", "string", note: "Of any year: ranges are text.",
      [
        .same("[2024-02-29,2024-03-01)"), .same("[\"0044-03-15 BC\",5874897-12-31)"),
        .same("[-infinity,infinity)"),
      ]),
    TypeExample(
      "tsrange", "string",
      [
        .same("[\"2024-01-01 00:00:00\",\"2024-01-01 12:30:00.5\")"),
        .same("[\"4714-11-24 00:00:00 BC\",\"294276-12-31 23:59:59.999999\"]"),
      ]),
    TypeExample(
      "tstzrange", "string", [.same("(\"0001-12-31 23:59:59.999999+00 BC\",\"2024-01-01 00:00:00+00\"]")]),
    TypeExample(
      "wordrange", "string",
      setup:
        "CREATE TYPE wordrange AS RANGE (SUBTYPE = text, COLLATION = \"C\", MULTIRANGE_TYPE_NAME = words)",
      [.same("[a,b)"), .same("[\"\",\"x \"\"y\"\", \\\\z\")"), .same("[\"(\",)")]),
    TypeExample(
      "floatrange", "string", binary: false,
      setup: "CREATE TYPE floatrange AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi)",
      [.same("[0.1,1e+100)")]),
    TypeExample("int4multirange", "string", [.same("{[1,2),[4,)}"), .same("{}")]),
    TypeExample("datemultirange", "string", [.same("{[2024-01-01,2024-02-01),[2025-01-01,infinity)}")]),
    TypeExample("int8multirange", "string", [.same("{(,-9223372036854775807),[5,6)}")]),
    TypeExample("nummultirange", "string", [.same("{[1.10,2.500),(3,)}"), .same("{[-Infinity,NaN]}")]),
    TypeExample(
      "tsmultirange", "string",
      [.same("{[\"4714-11-24 00:00:00 BC\",\"2024-01-01 12:30:00.5\"),[infinity,infinity]}")]),
    TypeExample(
      "tstzmultirange", "string",
      [.same("{(,\"2024-01-01 00:00:00+00\"],[\"294276-12-31 23:59:59.999999+00\",)}")]),
    TypeExample("words", "string", [.same("{[a,b),[\"c d\",e)}")]),
  ]

  static let domains: [TypeExample] = [
    TypeExample(
      "mood", "string", setup: "CREATE TYPE mood AS ENUM ('glad', 'sad', 'so ''so'', \"really\"')",
      note: "An enum; labels may be added at any time.", [.same("glad"), .same("so 'so', \"really\"")]),
    TypeExample(
      "price", "decimal(12,2)", setup: "CREATE DOMAIN price AS numeric(12,2) CHECK (VALUE >= 0)",
      note: "A domain is what it stands upon.",
      [.text("1.5", "1.50"), .text("9999999999.99", "9999999999.99")]),
    TypeExample(
      "net_price", "decimal(12,2)", setup: "CREATE DOMAIN net_price AS price DEFAULT 0", [.text("0", "0.00")]),
    TypeExample("humour", "string", setup: "CREATE DOMAIN humour AS mood", [.same("sad")]),
    TypeExample(
      "tags", "array<string>", setup: "CREATE DOMAIN tags AS varchar(9)[]",
      [.init("'{a,NULL,\"b c\"}'", "[\"a\",null,\"b c\"]")]),
    TypeExample("span", "string", setup: "CREATE DOMAIN span AS int4range", [.same("[1,5)")]),
    TypeExample(
      "place", "struct<x:double,y:double>",
      setup: "CREATE TYPE point2 AS (x float8, y float8); CREATE DOMAIN place AS point2",
      [.init("ROW(1, -0.5)", "{\"x\":\"1.0\",\"y\":\"-0.5\"}")]),
    TypeExample(
      "spans", "array<string>", setup: "CREATE DOMAIN spans AS span[] DEFAULT '{}'",
      [.init("ARRAY['[1,5)'::span, NULL, 'empty']", "[\"[1,5)\",null,\"empty\"]")]),
  ]

  static let nested: [TypeExample] = [
    TypeExample(
      "address",
      "struct<street:string,zip:decimal(5,0),at:struct<x:double,y:double>,tags:array<string>,born:date>",
      setup: """
        CREATE TYPE address AS (street text, gone int, zip numeric(5), at point2, tags text[], also_gone text, born date);
        ALTER TYPE address DROP ATTRIBUTE gone; ALTER TYPE address DROP ATTRIBUTE also_gone
        """,
      note: "A composite, here with another in it; dropped attributes are left out.",
      [
        .init(
          "ROW('Ring \"1\", (a\\b)', 12345, ROW(1, 'NaN'), '{\"x,y\",NULL,\"q\\\"\"}', '2024-02-29')",
          "{\"at\":{\"x\":\"1.0\",\"y\":\"NaN\"},\"born\":\"2024-02-29\",\"street\":\"Ring \\\"1\\\", (a\\\\b)\",\"tags\":[\"x,y\",null,\"q\\\"\"],\"zip\":\"12345\"}"
        ),
        .init(
          "ROW('', NULL, NULL, '{}', NULL)",
          "{\"at\":null,\"born\":null,\"street\":\"\",\"tags\":[],\"zip\":null}"),
        .init(
          "ROW(NULL, NULL, NULL, NULL, NULL)",
          "{\"at\":null,\"born\":null,\"street\":null,\"tags\":null,\"zip\":null}"),
        .init(
          "ROW(' ', 0, ROW(NULL, 2), NULL, NULL)",
          "{\"at\":{\"x\":null,\"y\":\"2.0\"},\"born\":null,\"street\":\" \",\"tags\":null,\"zip\":\"0\"}"),
      ]),
    TypeExample(
      "kit",
      "struct<feels:string,costs:decimal(12,2),when:string,tags:array<string>,where:struct<x:double,y:double>,all:array<struct<x:double,y:double>>>",
      setup: """
        CREATE TYPE kit AS (feels mood, costs price, "when" tstzmultirange, tags tags, "where" place, "all" point2[])
        """, note: "Enums, domains, ranges and arrays of composites in a composite.",
      [
        .init(
          "ROW('glad', 1, '{[2024-01-01 00:00+00,)}', '{a,NULL}', ROW(1, 2), ARRAY[ROW(NULL, 3)::point2, NULL])",
          "{\"all\":[{\"x\":null,\"y\":\"3.0\"},null],\"costs\":\"1.00\",\"feels\":\"glad\",\"tags\":[\"a\",null],\"when\":\"{[\\\"2024-01-01 00:00:00+00\\\",)}\",\"where\":{\"x\":\"1.0\",\"y\":\"2.0\"}}"
        )
      ]),
    TypeExample(
      "searched", "struct<query:string,of:string>", binary: false,
      setup: "CREATE TYPE searched AS (query tsquery, of \"char\")",
      note: "One attribute without a binary form here, and the composite comes as text.",
      [
        .init("ROW('a & b', 'x')", "{\"of\":\"x\",\"query\":\"'a' & 'b'\"}"),
        .init("ROW(NULL, '')", "{\"of\":\"\",\"query\":null}"),
      ]),
    TypeExample(
      "nothing", "string", binary: false, setup: "CREATE TYPE nothing AS ()",
      note: "Delta has no struct without fields.", [.same("()")]),
    TypeExample(
      "hstore", "map<string,string>", needs: "hstore",
      [
        .init("'a=>1, b=>NULL, \"\"=>\"\"'", "[[\"\",\"\"],[\"a\",\"1\"],[\"b\",null]]"), .init("''", "[]"),
        .init(
          "hstore('quote \" comma, back\\ =>', 'NULL')", "[[\"quote \\\" comma, back\\\\ =>\",\"NULL\"]]"),
      ]),
    TypeExample(
      "vector(3)", "array<float>", needs: "vector",
      [
        .init("'[1,-2.5,1e-45]'", "[\"1.0\",\"-2.5\",\"1e-45\"]"),
        .init("'[0,3.4e38,0.1]'", "[\"0.0\",\"3.4e+38\",\"0.1\"]"),
      ]),
    TypeExample(
      "halfvec(4)", "array<float>", needs: "vector",
      [.init("'[1,-65504,6e-8,0.333]'", "[\"1.0\",\"-65504.0\",\"5.9604645e-08\",\"0.3330078\"]")]),
    TypeExample("sparsevec(5)", "string", binary: false, needs: "vector", [.same("{1:1.5,3:2}/5")]),
  ]

  static let arrays: [TypeExample] = [
    TypeExample(
      "int4[]", "array<integer>",
      note: "One dimension; its bounds are not kept. More dimensions follow the contract.",
      [
        .init("'{}'", "[]"), .init("'{1,NULL,-3}'", "[1,null,-3]"), .init("'[5:6]={1,2}'", "[1,2]"),
        .init("'{NULL}'", "[null]"), .init("'[-2:0]={7,8,9}'", "[7,8,9]"),
      ]),
    TypeExample(
      "text[]", "array<string>",
      [
        .init(
          "ARRAY['a', '', 'NULL', NULL, 'x,y', E'q\"uo\\\\te', '{}', ' b ', E'\\n']",
          "[\"a\",\"\",\"NULL\",null,\"x,y\",\"q\\\"uo\\\\te\",\"{}\",\" b \",\"\\n\"]")
      ]),
    TypeExample(
      "tags[]", "array<array<string>>", note: "Of a domain over arrays: arrays in an array.",
      [.init("ARRAY['{a,NULL}'::tags, NULL, '{}'::tags]", "[[\"a\",null],null,[]]")]),
    TypeExample(
      "box[]", "array<string>", binary: false,
      [.init("'{(2,2),(1,1);(4,4),(3,3)}'", "[\"(2,2),(1,1)\",\"(4,4),(3,3)\"]")]),
  ]

  static let others: [TypeExample] = [
    TypeExample(
      "point", "string", binary: false,
      note: "As every type that is not named here: what its output function prints.",
      [.same("(1,2.5)")]),
    TypeExample("polygon", "string", binary: false, [.same("((0,0),(1,1),(0.1,1e+20))")]),
    TypeExample("tid", "string", binary: false, [.same("(7,1)")]),
    TypeExample("int2vector", "string", binary: false, [.same("1 2 3")]),
    TypeExample(
      "aclitem", "string", binary: false, note: "Without a binary form on the server too.",
      [.same("postgres=r/postgres")]),
    TypeExample(
      "odd", "string", binary: false,
      setup: """
        CREATE TYPE odd; CREATE FUNCTION odd_in(cstring) RETURNS odd LANGUAGE internal STRICT IMMUTABLE AS 'textin';
        CREATE FUNCTION odd_out(odd) RETURNS cstring LANGUAGE internal STRICT IMMUTABLE AS 'textout';
        CREATE TYPE odd (INPUT = odd_in, OUTPUT = odd_out, STORAGE = extended);
        CREATE FUNCTION odd_text(odd) RETURNS text LANGUAGE sql AS 'SELECT ''not what it prints''';
        CREATE CAST (odd AS text) WITH FUNCTION odd_text(odd)
        """,
      note:
        "A base type made by the user, without a send function, and with a cast to text that prints otherwise.",
      [.same("anything, \"at\" all"), .same("")]),
  ]
}
