"""A form that takes no files: what somebody sends all the same is let past without being kept.

Django writes an upload above 2.5 MB to a temporary file before a view is asked. From strangers not even that is taken:
a picture of child abuse must not lie anywhere, not for a second (BrB 16 kap. 10 a §).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


class NoFiles(FileUploadHandler):
    """Take no file."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Refuse it before its first byte."""
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep nothing."""

    def file_complete(self, file_size: int) -> None:
        """Give nothing."""


def without_files(view: View) -> View:
    """Let a view without CSRF check take no file. Outermost: nobody may have read the request before."""

    @wraps(view)
    def outer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.upload_handlers = [NoFiles(request)]
        return view(request, *args, **kwargs)

    return outer
