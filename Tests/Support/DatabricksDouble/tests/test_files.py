"""The Files API: upload, download, directories and their pages."""

import io
import os
import urllib.parse

from databricks.sdk.errors import AlreadyExists, NotFound

from .support import ADMIN, DoubleTest


class Files(DoubleTest):
    def setUp(self) -> None:
        self.folder = f"{self.volume}/{self.id().rsplit('.', 1)[1]}"

    def file(self, method: str, name: str, body: bytes | None = None, query: str = "", **headers: str):
        path = f"/api/2.0/fs/files{urllib.parse.quote(self.folder)}/{urllib.parse.quote(name)}{query}"
        return self.double.api(method, path, body, headers=headers)

    def directory(self, method: str, name: str = "", query: str = ""):
        return self.double.api(method, f"/api/2.0/fs/directories{self.folder}{name}{query}")

    def test_the_sdk_uploads_lists_downloads_and_deletes(self) -> None:
        client = self.double.client()
        content = os.urandom(3 << 20)
        client.files.create_directory(self.folder)
        client.files.upload(f"{self.folder}/a b.bin", io.BytesIO(content))
        with self.assertRaises(AlreadyExists):
            client.files.upload(f"{self.folder}/a b.bin", io.BytesIO(b"x"))
        client.files.upload(f"{self.folder}/c.bin", io.BytesIO(b"x"), overwrite=True)
        listed = list(client.files.list_directory_contents(self.folder))
        self.assertEqual(
            [(e.name, e.file_size, e.is_directory) for e in listed],
            [("a b.bin", 3 << 20, False), ("c.bin", 1, False)],
        )
        self.assertEqual(listed[1].path, f"{self.folder}/c.bin")
        download = client.files.download(f"{self.folder}/a b.bin")
        assert download.contents
        self.assertEqual(download.contents.read(), content)
        self.assertEqual(client.files.get_metadata(f"{self.folder}/a b.bin").content_length, 3 << 20)
        for name in ("a b.bin", "c.bin"):
            client.files.delete(f"{self.folder}/{name}")
        client.files.delete_directory(self.folder)
        with self.assertRaises(NotFound):
            client.files.get_directory_metadata(self.folder)

    def test_the_sdk_uploads_a_large_file(self) -> None:
        client = self.double.client()
        content = bytes(60 << 20)
        client.files.upload(f"{self.folder}/large", io.BytesIO(content))
        self.assertEqual(client.files.get_metadata(f"{self.folder}/large").content_length, len(content))

    def test_an_overwrite_wants_the_flag(self) -> None:
        self.assertEqual(self.file("PUT", "a", b"1").status, 204)
        answer = self.file("PUT", "a", b"2")
        self.assertEqual((answer.status, answer.json["error_code"]), (409, "ALREADY_EXISTS"))
        self.assertEqual(self.file("PUT", "a", b"2", "?overwrite=false").status, 409)
        self.assertEqual(self.file("PUT", "a", b"2", "?overwrite=true").status, 204)
        self.assertEqual(self.file("GET", "a").body, b"2")

    def test_parts_of_a_file(self) -> None:
        self.file("PUT", "a", b"0123456789")
        for given, status, body in [
            ("bytes=2-4", 206, b"234"),
            ("bytes=7-", 206, b"789"),
            ("bytes=-2", 206, b"89"),
            ("bytes=8-99", 206, b"89"),
        ]:
            answer = self.file("GET", "a", Range=given)
            self.assertEqual((answer.status, answer.body), (status, body))
        self.assertEqual(self.file("GET", "a", Range="bytes=2-4").headers["content-range"], "bytes 2-4/10")
        self.assertEqual(self.file("GET", "a", Range="bytes=10-").status, 416)

    def test_the_head_of_a_file(self) -> None:
        self.file("PUT", "a", b"0123456789")
        answer = self.file("HEAD", "a")
        self.assertEqual((answer.status, answer.headers["content-length"], answer.body), (200, "10", b""))
        self.assertEqual(self.file("HEAD", "b").status, 404)

    def test_what_is_not_there_is_not_found(self) -> None:
        for method in ("GET", "DELETE"):
            answer = self.file(method, "missing")
            self.assertEqual((answer.status, answer.json["error_code"]), (404, "NOT_FOUND"))
        self.assertEqual(self.directory("GET", "/missing").status, 404)
        unknown = self.double.api("PUT", "/api/2.0/fs/files/Volumes/main/default/unknown/a", b"x")
        self.assertEqual((unknown.status, unknown.json["error_code"]), (404, "NOT_FOUND"))
        self.assertEqual(self.double.api("GET", "/api/2.0/fs/directories/Volumes/main").status, 404)

    def test_a_path_cannot_leave_its_volume(self) -> None:
        for name in ("../x", "a/../../x", "%2e%2e/x"):
            path = f"/api/2.0/fs/files{self.folder}/{name}"
            self.assertEqual(self.double.api("PUT", path, b"x").status, 400, name)

    def test_directories(self) -> None:
        self.assertEqual(self.directory("PUT", "/a/b").status, 204)
        self.assertEqual(self.directory("PUT", "/a/b").status, 204)
        self.assertEqual(self.directory("HEAD", "/a").status, 200)
        answer = self.directory("DELETE", "/a")
        self.assertEqual((answer.status, "not empty" in answer.json["message"]), (400, True))
        self.assertEqual(self.directory("DELETE", "/a/b").status, 204)
        self.assertEqual(self.directory("DELETE", "/a").status, 204)
        self.file("PUT", "file", b"x")
        self.assertEqual(self.directory("PUT", "/file").status, 409)
        self.assertEqual(self.file("PUT", "file/below", b"x").status, 409)

    def test_a_directory_is_listed_page_by_page(self) -> None:
        names = [f"f{i:02}" for i in range(7)]
        for name in names:
            self.file("PUT", name, b"x")
        found, pages, token = [], 0, ""
        while True:
            answer = self.directory("GET", query=f"?page_size=3&page_token={token}").json
            found += [entry["name"] for entry in answer["contents"]]
            pages += 1
            if "next_page_token" not in answer:
                break
            token = answer["next_page_token"]
        self.assertEqual((found, pages), (names, 3))

    def test_a_chunked_upload(self) -> None:
        import http.client

        connection = http.client.HTTPConnection("127.0.0.1", self.double.port)
        headers = {"Authorization": f"Bearer {self.double.tokens[ADMIN]}"}
        connection.request(
            "PUT", f"/api/2.0/fs/files{self.folder}/a", iter([b"ab", b"cd"]), headers, encode_chunked=True
        )
        self.assertEqual(connection.getresponse().status, 204)
        connection.close()
        self.assertEqual(self.file("GET", "a").body, b"abcd")
