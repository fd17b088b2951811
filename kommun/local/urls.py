"""Addresses of PostgreSQL and Redis, in the forms that django-environ, redis-py and Celery each understand."""

from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit


def database_url(folder: Path, user: str, name: str) -> str:
    """Return the DATABASE_URL of a database behind the Unix socket in `folder`, which must be absolute.

    django-environ reads host and database from one quoted path, so a slash, a space or a plus sign in the folder
    must be quoted too.
    """
    return f"postgres://{quote(user, safe='')}@/{quote(f'{folder}/{name}', safe='')}"


def redis_url(socket: Path, number: int = 0) -> str:
    """Return the REDIS_URL of database `number` behind a Unix socket."""
    return f"unix://{quote(str(socket))}?db={number}"


def celery_broker_url(redis_url: str) -> str:
    """Return the form of a REDIS_URL that Celery understands.

    Celery calls a Unix socket `redis+socket://` and its database `virtual_host`; network addresses pass unchanged.
    """
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    number = parse_qs(parts.query).get("db", ["0"])[0]
    sign_in = parts.netloc.rpartition("@")[0]
    # Quoted anew, because a path from a configuration file may hold plain spaces, or letters beyond ASCII.
    return f"redis+socket://{sign_in}{'@' if sign_in else ''}{quote(unquote(parts.path))}?virtual_host={quote(number)}"
