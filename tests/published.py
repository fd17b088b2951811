"""What is published, asked as the web server does: of the layer before Django, which says when it hands on."""

from django.db import connection

from channels import publication
from kommun import published_first
from kommun.published_first import PublishedFirst
from tests.public_scene import make_scene

REGISTER = "/kanaler/"


def scene_to_publish(cast, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(published_first, "FRESH_SECONDS", 0)  # a test does not wait until it is time to look again
    settings.PUBLISH_ROOT = str(tmp_path / "published")
    return make_scene(cast)


def all_paths():
    paths = list(publication._shared_paths())
    for slug, status in publication._channels_with_a_page().values_list("slug", "status"):
        paths += publication._paths_of(slug, status)
    return paths


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = int(status.split()[0]), {n.lower(): v for n, v in headers}, body


class Server:
    """The WSGI layer with an application behind it that tells when it is asked."""

    def __init__(self, root):
        self.app = PublishedFirst(self._django, root)
        self.asked, self.django = 0, ("299 Django", [], b"")

    def _django(self, environ, start_response):
        self.asked += 1
        status, headers, body = self.django
        start_response(status, headers)
        return [body]

    def get(self, path, *, method="GET", query="", **headers):
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_HOST": "localhost",
            "wsgi.url_scheme": "http",
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        sent = {}
        self.app.behind._next = 0
        body = b"".join(self.app(environ, lambda status, headers: sent.update(status=status, headers=headers)))
        return Answer(sent["status"], sent["headers"], body)


def old_due(slug="", seconds=2):
    """A change that has waited for the publisher in vain."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kommun_publicationdue (slug, at) VALUES (%s, clock_timestamp() - %s * interval '1 second')",
            [slug, seconds],
        )
