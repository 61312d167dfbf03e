"""The lexer and the pattern language, without Spark."""

import unittest

from databricks_double.copyinto import PATTERN
from databricks_double.errors import SqlError
from databricks_double.grammar import Pattern
from databricks_double.tokens import tokenize


class Tokens(unittest.TestCase):
    def texts(self, sql: str) -> list[str]:
        return [token.text for token in tokenize(sql)]

    def test_strings_comments_and_names_are_whole(self) -> None:
        self.assertEqual(
            self.texts("SELECT 'a;--b', \"c\", `d``e` -- f\n /* g /* h */ i */ FROM 1a.b;"),
            ["SELECT", "'a;--b'", ",", '"c"', ",", "`d``e`", "FROM", "1a", ".", "b"],
        )

    def test_symbols_of_two_characters_are_one_token(self) -> None:
        self.assertEqual(self.texts("a<=>b=>c::d"), ["a", "<=>", "b", "=>", "c", "::", "d"])

    def test_escapes_in_strings_and_names(self) -> None:
        self.assertEqual(tokenize(r"'it\'s\n'")[0].string, "it's\n")
        self.assertEqual(tokenize(r"r'a\b'")[0].string, r"a\b")
        self.assertEqual(tokenize("`a``b`")[0].identifier, "a`b")

    def test_what_does_not_end_is_refused(self) -> None:
        for sql in ("SELECT 'a", "SELECT `a", 'SELECT "a', "SELECT /* a"):
            with self.subTest(sql), self.assertRaises(SqlError):
                tokenize(sql)


class Patterns(unittest.TestCase):
    def match(self, pattern: str, sql: str) -> object:
        return Pattern(pattern).match(tokenize(sql))

    def test_a_pattern_matches_whole_or_not_at_all(self) -> None:
        self.assertEqual(self.match("DROP VOLUME <name:name>", "drop volume A.b.`C d`"), {"name": ("a", "b", "c d")})
        self.assertIsNone(self.match("DROP VOLUME <name:name>", "DROP VOLUME a.b.c CASCADE"))
        self.assertIsNone(self.match("DROP VOLUME <name:name>", "DROP VOLUME"))

    def test_optional_parts_and_alternatives(self) -> None:
        pattern = "VACUUM <t:name> [{FULL | LITE}] [RETAIN <hours:integer> HOURS]"
        self.assertEqual(self.match(pattern, "VACUUM t LITE RETAIN 5 HOURS"), {"t": ("t",), "hours": 5})
        self.assertEqual(self.match(pattern, "VACUUM t"), {"t": ("t",)})
        self.assertIsNone(self.match(pattern, "VACUUM t RETAIN HOURS"))

    def test_lists_pairs_and_quoted_quotes(self) -> None:
        self.assertEqual(self.match("X <p:pairs>", "X ('a' = 'b', 'c')"), {"p": [("a", "b"), ("c", None)]})
        self.assertEqual(self.match("X <s:strings>", "X ('a', 'it''s')"), {"s": ["a", "it's"]})
        self.assertIsNone(self.match("X <s:strings>", "X ('a',)"))

    def test_copy_into(self) -> None:
        given = PATTERN.match(
            tokenize(
                "COPY INTO c.s.t FROM (SELECT f(a, 'x') AS b FROM '/Volumes/p') FILEFORMAT = PARQUET FILES = ('a', 'b') "
                "FORMAT_OPTIONS ('mergeSchema' = 'true') COPY_OPTIONS ('force' = 'true')"
            )
        )
        assert given is not None
        self.assertEqual(given["path"], "/Volumes/p")
        self.assertEqual([t.text for t in given["select"]], ["f", "(", "a", ",", "'x'", ")", "AS", "b"])
        self.assertEqual((given["files"], given["options"]), (["a", "b"], [("force", "true")]))
        for wrong in (
            "COPY INTO t FROM '/x' FORMAT PARQUET",
            "COPY INTO t FROM /x FILEFORMAT = PARQUET",
            "COPY INTO t FROM '/x' FILEFORMAT = PARQUET FILES = ()",
            "COPY INTO t FROM '/x'",
        ):
            self.assertIsNone(PATTERN.match(tokenize(wrong)), wrong)
