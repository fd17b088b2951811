"""Run by `archive.pdfa.pdf_pages` in a process of its own: FOLDER/in.pdf becomes FOLDER/0.png … and FOLDER/texts.json."""

import json
import resource
import sys
from pathlib import Path

MEMORY, SECONDS, PAGES = 2_000_000_000, 120, 300  # bytes, of the processor, of a document
SCALE, MOST = 2.0, 30_000_000  # 144 points an inch; pixels of a page
TOO_MANY = 3


def main(folder: Path) -> int:
    """Write the pages, and return 0; 3 when there are too many."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import pypdfium2

    document = pypdfium2.PdfDocument(folder / "in.pdf")
    if len(document) > PAGES:
        return TOO_MANY
    texts = []
    for number in range(len(document)):
        page = document[number]
        width, height = page.get_size()
        scale = min(SCALE, (MOST / max(1.0, width * height)) ** 0.5)
        picture = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        picture.save(folder / f"{number}.png", compress_level=6)
        texts.append(page.get_textpage().get_text_bounded())
    (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
