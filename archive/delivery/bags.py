"""BagIt 1.0 (RFC 8493), with manifests in sha-256 and sha-512."""

from datetime import UTC

from archive.delivery.contents import LIST, READ_ME, Tell, list_of_contents, nothing, put, read_me, write_items
from archive.delivery.package import Digest, Package
from archive.delivery.sinks import Sink

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
ALGORITHMS = ("sha256", "sha512")


def write_bag(package: Package, sink: Sink, tell: Tell = nothing) -> None:
    """Write the package as a bag. Raises WrongFile for a file that has changed since it was kept."""
    written = write_items(package, sink, "data/", tell, plain=True)
    payload = {one.path: one.digest for one in written}
    for path, content in (
        (f"data/{LIST}", list_of_contents(package, written, "data/")),
        (f"data/{READ_ME}", read_me(package, "BagIt 1.0 (RFC 8493)")),
    ):
        payload[path] = put(sink, path, content)
    tags = {
        "bagit.txt": put(sink, "bagit.txt", DECLARATION),
        "bag-info.txt": put(sink, "bag-info.txt", _info(package, payload)),
    }
    for algorithm in ALGORITHMS:
        name = f"manifest-{algorithm}.txt"
        tags[name] = put(sink, name, _manifest(payload, algorithm))
    for algorithm in ALGORITHMS:
        put(sink, f"tagmanifest-{algorithm}.txt", _manifest(tags, algorithm))


def _manifest(files: dict[str, Digest], algorithm: str) -> bytes:
    lines = [f"{getattr(files[path], algorithm)}  {_encoded(path)}\n" for path in sorted(files)]
    return "".join(lines).encode()


def _encoded(path: str) -> str:
    """Return the path as a manifest has it (RFC 8493, 2.1.3): only what would end or bend the line is encoded."""
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _info(package: Package, payload: dict[str, Digest]) -> bytes:
    size = sum(digest.size for digest in payload.values())
    facts = [
        ("Source-Organization", package.municipality),
        ("Contact-Email", package.contact),
        ("External-Description", package.description),
        ("Bagging-Date", package.made_at.astimezone(UTC).date().isoformat()),
        ("External-Identifier", f"urn:uuid:{package.identifier}"),
        ("Payload-Oxum", f"{size}.{len(payload)}"),
        ("Bag-Group-Identifier", f"{package.committee}, {package.period}"),
        ("Internal-Sender-Identifier", package.name),
        ("Internal-Sender-Description", package.title),
        ("Bag-Software-Agent", f"{package.software} {package.version}"),
        ("Secrecy", "Sekretessmarkerade handlingar" if package.secret else ""),
    ]
    return "".join(f"{name}: {' '.join(value.split())}\n" for name, value in facts if value.strip()).encode()
