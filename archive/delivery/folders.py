"""The plain form: a folder named as the municipality names its folders, with a list and checksums that any tool can check."""

from archive.delivery.contents import LIST, READ_ME, Tell, list_of_contents, nothing, put, read_me, write_items
from archive.delivery.package import Package
from archive.delivery.sinks import Sink

CHECKSUMS = "sha256.txt"


def write_folder(package: Package, sink: Sink, tell: Tell = nothing) -> None:
    """Write the package. `sha256.txt` is read by `sha256sum --check`. Raises WrongFile."""
    written = write_items(package, sink, "", tell, plain=False)
    sums = {one.path: one.digest.sha256 for one in written}
    for path, content in (
        (LIST, list_of_contents(package, written, "")),
        (READ_ME, read_me(package, "Mapp med filer och kontrollsummor")),
    ):
        sums[path] = put(sink, path, content).sha256
    put(sink, CHECKSUMS, "".join(f"{sums[path]}  {path}\n" for path in sorted(sums)).encode())
