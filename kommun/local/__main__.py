"""The doors of the Makefile: `python -m kommun.local run|test|bench|manage …`."""

import os
import signal
import sys

from .errors import SetupError
from .identity import follow_parent
from .run import DEFAULT, run
from .tools import bench, manage, test


def main(argv: list[str]) -> int:
    """Carry out one command and return its exit code."""
    if os.environ.get("MAKELEVEL"):
        follow_parent(signal.SIGTERM, os.getppid())  # whoever kills make means us
    match argv:
        case ["run", *_]:
            return run(os.environ.get("KOMMUN") or DEFAULT, os.environ.get("PORT") or "8000")
        case ["test", *arguments]:
            return test(arguments)
        case ["bench", *arguments]:
            return bench(arguments)
        case ["manage", *arguments]:
            return manage(arguments)
    raise SetupError("Ange vad som ska göras: run, test, bench eller manage. Se: make help")


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except SetupError as error:
        print(error, file=sys.stderr)
        code = 2
    try:
        sys.stdout.flush()
    except OSError:  # the reader is gone; without this Python would call a clean end a failure
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)
