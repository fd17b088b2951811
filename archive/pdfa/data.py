"""The posts and the record of a capture, as JSON beside the pictures: written once, read into the document.

Posts: {"version": 1, "note": "…", "posts": [{"author", "kind": "municipality" | "visitor" | "unknown", "text",
"at": ISO 8601 with zone or null, "when": as shown, "url", "place", "answers": place or null}]}. The text is exact.
A capture record is one object; the keys of `KNOWN` are shown in words, whatever else it holds stays in the file.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.pdfa.sheet import Fact, Post

VERSION = 1
MOST_POSTS = 5_000
# What the record of a capture says, in the order in which it is shown.
KNOWN = {
    "asked_url": gettext_lazy("Adress som begärdes"),
    "reached_url": gettext_lazy("Adress som svarade"),
    "status": gettext_lazy("Serverns svar"),
    "started_at": gettext_lazy("Började"),
    "finished_at": gettext_lazy("Slutade"),
    "browser": gettext_lazy("Webbläsare"),
    "viewport": gettext_lazy("Fönster"),
    "page_size": gettext_lazy("Sidans storlek"),
    "signed_in": gettext_lazy("Inloggad"),
    "language": gettext_lazy("Språk"),
    "cookie_banner": gettext_lazy("Ruta om kakor"),
    "done": gettext_lazy("Vad som gjordes"),
    "limits": gettext_lazy("Gränser som nåddes"),
    "refused": gettext_lazy("Förbindelser som stoppades"),
    "missing": gettext_lazy("Saknas"),
}
_MOST_LINES = 40


def posts_json(posts: Sequence[Post], note: str = "") -> bytes:
    """Return the posts as canonical JSON: sorted keys, no spaces, UTF-8, with the exact texts."""
    listed = [
        {
            "author": post.author,
            "kind": post.kind,
            "text": post.text,
            "at": post.at and post.at.isoformat(),
            "when": post.when,
            "url": post.url,
            "place": post.place,
            "answers": post.answers,
        }
        for post in posts
    ]
    content = {"version": VERSION, "note": note, "posts": listed}
    # A half character (a lone surrogate) is no UTF-8: it is escaped, as JSON can.
    return json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()


def read_posts(content: bytes) -> tuple[list[Post], str]:
    """Return the posts and the note about them. Raises ValueError for what is not written by `posts_json`."""
    said = json.loads(content)
    if not isinstance(said, dict) or said.get("version") != VERSION or not isinstance(said.get("posts"), list):
        raise ValueError("these are no posts of ours")
    posts = [_post(one) for one in said["posts"][:MOST_POSTS]]
    note = str(said.get("note", ""))
    if len(said["posts"]) > MOST_POSTS:
        more = _("De första %(most)s inläggen visas. Alla står i filen med data.") % {"most": MOST_POSTS}
        note = f"{note} {more}".strip()
    return posts, note


def _post(one: Mapping[str, Any]) -> Post:
    kind = one.get("kind")
    at = datetime.fromisoformat(one["at"]) if one.get("at") else None
    if at is not None and at.tzinfo is None:
        raise ValueError("a time without a zone")
    answers = one.get("answers")
    return Post(
        author=str(one.get("author", "")),
        kind=kind if kind in ("municipality", "visitor") else "unknown",
        text=str(one.get("text", "")),
        at=at,
        when=str(one.get("when", "")),
        url=str(one.get("url", "")),
        place=int(one.get("place") or 0),
        answers=int(answers) if answers else None,
    )


def read_capture(content: bytes) -> list[Fact]:
    """Return what the record of a capture says, in words. Raises ValueError for what is no JSON object."""
    said = json.loads(content)
    if not isinstance(said, dict):
        raise ValueError("this is no record of a capture")  # noqa: TRY004  (what is wrong is the file)
    return [
        Fact(str(term), _in_words(said[key])) for key, term in KNOWN.items() if said.get(key) not in (None, "", [], {})
    ]


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    if isinstance(value, Mapping):
        return "\n".join(f"{key}: {_in_words(one)}" for key, one in list(value.items())[:_MOST_LINES])
    if isinstance(value, list):
        lines = [_in_words(one) for one in value[:_MOST_LINES]]
        if len(value) > _MOST_LINES:
            lines.append(_("och %(count)s till, i filen med uppgifter") % {"count": len(value) - _MOST_LINES})
        return "\n".join(lines)
    return str(value)
