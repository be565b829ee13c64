"""What Django is told of files before it takes them (setting FILE_UPLOAD_HANDLERS)."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

from archive.ingest.readers import MAX_BYTES

# A form's other fields, and what stands between its parts.
BESIDE = 6 * 2**20


class UploadTooBig(RequestDataTooBig):
    """The request is longer than any file that is taken."""


class Bounded(FileUploadHandler):
    """Refuses by the length that the client announces: else Django writes any file to disk before a form can refuse it."""

    def handle_raw_input(
        self, input_data: Any, meta: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        if content_length > MAX_BYTES + BESIDE:
            raise UploadTooBig

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        # For the handlers after this one.
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
