"""Every place where a picture could leave a trace, and which files the process has opened to write to."""

import io
import os
import sys
import tempfile
import zipfile
from base64 import b64encode
from contextlib import contextmanager
from pathlib import Path
from random import Random

import redis
from django.conf import settings
from django.db import connection
from PIL import Image

_watchers = []


def noise(seed, side=1000):
    """A picture of three megabytes that looks like no other file: larger than what Django keeps in memory by itself."""
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), Random(seed).randbytes(side * side * 3)).save(out, "PNG")  # noqa: S311
    return out.getvalue()


def pieces(picture):
    """Return pieces of the picture's own data as they would look anywhere: raw, in hexadecimal and in base64."""
    found = []
    for place in range(len(picture) // 8, len(picture) - 100, len(picture) // 4):
        piece = picture[place : place + 30]
        found += [piece[:16], piece[:16].hex().encode(), piece[:16].hex().upper().encode()]
        # In base64 three bytes are four letters, so a piece is written in one of three ways, by where it begins.
        found += [b64encode(piece[start : start + 24]) for start in range(3)]
    return found


def _stored():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT t::text FROM {table} t")  # noqa: S608  (the database's own names)
            yield from ((table, row[0].encode()) for row in cursor.fetchall())


def _files():
    for folder in {settings.MEDIA_ROOT, settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir()}:
        for path in Path(folder).rglob("*"):
            try:
                if path.is_file() and not path.is_symlink():
                    yield path, path.read_bytes()
            except OSError:
                continue  # gone, or somebody else's


def _cached():
    read = {
        b"string": lambda keys, key: keys.get(key),
        b"list": lambda keys, key: keys.lrange(key, 0, -1),
        b"hash": lambda keys, key: keys.hgetall(key),
        b"set": lambda keys, key: keys.smembers(key),
        b"zset": lambda keys, key: keys.zrange(key, 0, -1),
        b"stream": lambda keys, key: keys.xrange(key),
    }
    with redis.from_url(settings.REDIS_URL) as keys:
        for key in keys.scan_iter():
            value = read.get(keys.type(key), lambda *_gone: b"")(keys, key)
            yield key, key + (value if isinstance(value, bytes) else repr(value).encode())


def where(picture, inbox, log):
    """Return every place where a piece of the picture stands: each file, row, key and mail, and the log."""
    sought = pieces(picture)
    places = [*_files(), *_stored(), *_cached(), ("log", log.encode())]
    places += [("mail", content) for _to, content in inbox.messages]
    return [place for place, content in places if any(piece in content for piece in sought)]


def inside(package):
    """Return the files of a ZIP with their bytes."""
    archive = zipfile.ZipFile(io.BytesIO(package))
    return {name: archive.read(name) for name in archive.namelist()}


def _note(event, arguments):
    if event == "open" and _watchers and isinstance(arguments[0], str | bytes | os.PathLike):
        mode, flags = arguments[1] or "", arguments[2]
        if set(mode) & set("wax+") or (isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)):
            path = os.fsdecode(arguments[0])
            if "__pycache__" not in path:  # Python's own, of a module that is read for the first time
                for watcher in _watchers:
                    watcher.append(path)


sys.addaudithook(_note)  # for ever: Python gives no way to take it away; it does nothing while nobody watches


@contextmanager
def written():
    """Give a list that fills with the path of each file that this process opens to write to."""
    paths = []
    _watchers.append(paths)
    try:
        yield paths
    finally:
        _watchers.remove(paths)
