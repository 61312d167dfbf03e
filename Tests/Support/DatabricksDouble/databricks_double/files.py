"""The Files API: /api/2.0/fs/files and /api/2.0/fs/directories, on folders of this machine."""

from __future__ import annotations

import base64
import email.utils
import os
import re
import stat
import threading
import uuid
from typing import TYPE_CHECKING, Any

from .errors import SqlError
from .privileges import InsufficientPrivileges
from .volumes import VolumePath
from .web import ApiError, FileSlice, Request, Response

if TYPE_CHECKING:
    from .workspace import Workspace

UPLOAD_LIMIT = 5 << 30
PAGE_LIMIT = 1000


class Files:
    def __init__(self, workspace: Workspace):
        self.workspace = workspace
        self.incoming = os.path.join(workspace.root, "incoming")
        os.makedirs(self.incoming, exist_ok=True)
        self._placing = threading.Lock()

    # PUT /api/2.0/fs/files/Volumes/...?overwrite=true
    def upload(self, request: Request, path: str) -> Response:
        place = self._resolve(request, path, "WRITE VOLUME")
        overwrite = request.query.get("overwrite", "false") == "true"
        if os.path.isdir(place.local):
            raise ApiError(409, "ALREADY_EXISTS", f"A directory is at {place.path}.")
        self._refuse_overwrite(place, overwrite)
        if request.body.left > UPLOAD_LIMIT:
            raise ApiError(413, "REQUEST_LIMIT_EXCEEDED", "The file is larger than 5 GiB.")
        temporary = os.path.join(self.incoming, uuid.uuid4().hex)
        try:
            with open(temporary, "wb") as file:
                while data := request.body.read(1 << 20):
                    file.write(data)
            with self._placing:  # of two uploads without the flag, one is told that it came second
                self._refuse_overwrite(place, overwrite)
                _make_parents(place)
                os.replace(temporary, place.local)
        finally:
            if os.path.exists(temporary):
                os.remove(temporary)
        return Response(204)

    @staticmethod
    def _refuse_overwrite(place: VolumePath, overwrite: bool) -> None:
        if not overwrite and os.path.lexists(place.local):
            raise ApiError(409, "ALREADY_EXISTS", f"The file being created already exists: {place.path}")

    # GET and HEAD /api/2.0/fs/files/Volumes/...
    def download(self, request: Request, path: str) -> Response:
        place = self._resolve(request, path, "READ VOLUME")
        info = self._file(place)
        headers = {
            "Content-Type": "application/octet-stream",
            "Accept-Ranges": "bytes",
            "Last-Modified": email.utils.formatdate(info.st_mtime, usegmt=True),
        }
        if (given := request.headers.get("range")) is None:
            return Response(200, FileSlice(place.local, 0, info.st_size), headers)
        first, last = _range(given, info.st_size)
        headers["Content-Range"] = f"bytes {first}-{last}/{info.st_size}"
        return Response(206, FileSlice(place.local, first, last - first + 1), headers)

    # POST /api/2.0/fs/files/Volumes/...?action=initiate-upload: how the SDK begins with a large file
    def initiate_upload(self, request: Request, path: str) -> Response:
        if request.query.get("action") != "initiate-upload":
            raise ApiError(400, "INVALID_PARAMETER_VALUE", "The action must be initiate-upload.")
        self._resolve(request, path, "WRITE VOLUME")
        return Response(200, {"multipart_upload": {"session_token": uuid.uuid4().hex}})

    # POST /api/2.0/fs/create-...-url: a workspace may have presigned URLs off; then the file comes by PUT
    def refuse_presigned_url(self, request: Request, what: str) -> Response:
        info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "FILES_API_API_IS_NOT_ENABLED"}
        body = {"error_code": "PERMISSION_DENIED", "message": "Presigned URLs are not enabled.", "details": [info]}
        return Response(403, body)

    # DELETE /api/2.0/fs/files/Volumes/...
    def delete(self, request: Request, path: str) -> Response:
        place = self._resolve(request, path, "WRITE VOLUME")
        self._file(place)
        os.remove(place.local)
        return Response(204)

    # PUT /api/2.0/fs/directories/Volumes/...: with its parents; an existing one is no error
    def create_directory(self, request: Request, path: str) -> Response:
        place = self._resolve(request, path, "WRITE VOLUME")
        if os.path.isfile(place.local):
            raise ApiError(409, "ALREADY_EXISTS", f"A file is at {place.path}.")
        _make_parents(place)
        os.makedirs(place.local, exist_ok=True)
        return Response(204)

    # HEAD /api/2.0/fs/directories/Volumes/...
    def directory(self, request: Request, path: str) -> Response:
        self._directory(self._resolve(request, path, "READ VOLUME"))
        return Response(200)

    # DELETE /api/2.0/fs/directories/Volumes/...
    def delete_directory(self, request: Request, path: str) -> Response:
        place = self._resolve(request, path, "WRITE VOLUME")
        self._directory(place)
        if place.path.count("/") == 4:
            raise ApiError(400, "INVALID_PARAMETER_VALUE", "A volume is dropped with DROP VOLUME.")
        try:
            os.rmdir(place.local)
        except OSError:
            raise ApiError(400, "BAD_REQUEST", f"The directory is not empty: {place.path}") from None
        return Response(204)

    # GET /api/2.0/fs/directories/Volumes/...?page_size=&page_token=
    def list(self, request: Request, path: str) -> Response:
        place = self._resolve(request, path, "READ VOLUME")
        self._directory(place)
        size = _page_size(request.query.get("page_size"))
        after = _page_start(request.query.get("page_token"))
        with os.scandir(place.local) as found:
            entries = sorted((each for each in found if each.name > after), key=lambda each: each.name)
        contents = []
        for entry in entries[:size]:
            try:
                contents.append(_entry(place, entry))
            except FileNotFoundError:
                pass  # deleted meanwhile
        answer: dict[str, Any] = {"contents": contents}
        if len(entries) > size:
            answer["next_page_token"] = base64.urlsafe_b64encode(entries[size - 1].name.encode()).decode()
        return Response(200, answer)

    def _resolve(self, request: Request, path: str, privilege: str) -> VolumePath:
        assert request.principal is not None
        try:
            place = self.workspace.volumes.resolve(path)
            self.workspace.privileges.require(request.principal, privilege, "VOLUME", place.volume.name)
        except InsufficientPrivileges as error:
            raise ApiError(403, "PERMISSION_DENIED", error.text) from None
        except SqlError as error:
            if error.error_class == "INVALID_PATH":
                raise ApiError(400, "INVALID_PARAMETER_VALUE", error.message) from None
            raise ApiError(404, "NOT_FOUND", error.message) from None
        return place

    @staticmethod
    def _file(place: VolumePath) -> os.stat_result:
        try:
            info = os.stat(place.local)
        except (FileNotFoundError, NotADirectoryError):
            raise ApiError(404, "NOT_FOUND", f"The file being accessed is not found: {place.path}") from None
        if not stat.S_ISREG(info.st_mode):
            raise ApiError(404, "NOT_FOUND", f"The path is a directory: {place.path}")
        return info

    @staticmethod
    def _directory(place: VolumePath) -> None:
        if not os.path.isdir(place.local):
            raise ApiError(404, "NOT_FOUND", f"The directory being accessed is not found: {place.path}")


def _make_parents(place: VolumePath) -> None:
    try:
        os.makedirs(os.path.dirname(place.local), exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise ApiError(409, "ALREADY_EXISTS", f"A part of the path is a file: {place.path}") from None


def _entry(place: VolumePath, entry: os.DirEntry[str]) -> dict[str, Any]:
    info = entry.stat()
    described: dict[str, Any] = {
        "path": f"{place.path}/{entry.name}",
        "name": entry.name,
        "is_directory": entry.is_dir(),
        "last_modified": int(info.st_mtime * 1000),
    }
    if not entry.is_dir():
        described["file_size"] = info.st_size
    return described


def _range(given: str, size: int) -> tuple[int, int]:
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", given.strip())
    if match and (match[1] or match[2]):
        first = int(match[1]) if match[1] else max(0, size - int(match[2]))
        last = min(size - 1, int(match[2])) if match[1] and match[2] else size - 1
        if first <= last:
            return first, last
    raise ApiError(
        416,
        "INVALID_PARAMETER_VALUE",
        f"The range {given} cannot be served.",
        {"Content-Range": f"bytes */{size}"},
    )


def _page_size(given: str | None) -> int:
    try:
        size = int(given or 0)
    except ValueError:
        raise ApiError(400, "INVALID_PARAMETER_VALUE", "page_size must be a number") from None
    return PAGE_LIMIT if size <= 0 else min(size, PAGE_LIMIT)


def _page_start(token: str | None) -> str:
    try:
        return base64.urlsafe_b64decode(token or "").decode()
    except ValueError:
        raise ApiError(400, "INVALID_PARAMETER_VALUE", "page_token is not valid") from None
