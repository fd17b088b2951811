"""Uploads that never touch the disk on their way in: what turns out to be forbidden has left nothing behind."""

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect


class MemoryHandler(FileUploadHandler):
    """Keeps the files of one request in memory, and of what is larger than anything we take only so much that it shows."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.left = settings.ARCHIVE_MAX_BYTES + 1  # for all files together: a hundred at once must not fill the memory

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin with nothing."""
        super().new_file(*args, **kwargs)
        self.kept = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep what there is room for."""
        taken = raw_data[: self.left]
        self.left -= len(taken)
        self.kept.write(taken)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """Return the file. One that is too large is one byte too large, and refused by whoever asks for its size."""
        size = self.kept.tell()
        self.kept.seek(0)
        return InMemoryUploadedFile(
            self.kept, self.field_name, self.file_name or "", self.content_type, size, self.charset
        )


def in_memory(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view take its files in memory alone. The token of the form is checked after that is decided, not before."""
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def outer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.upload_handlers = [MemoryHandler(request)]
        return protected(request, *args, **kwargs)

    return outer
