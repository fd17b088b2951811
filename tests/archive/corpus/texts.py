"""Hostile texts, and how they are kept: nothing that was there is lost, and nothing of it can do harm."""

FLAG = "\U0001f1f8\U0001f1ea"

# what a stranger wrote → what is kept
KEPT = {
    "Jag \u202eneddolg\u202c hotar": "Jag [U+202E]neddolg[U+202C] hotar",
    "a\u2066b\u2069c": "a[U+2066]b[U+2069]c",
    "ho\u200bt": "ho[U+200B]t",
    "ho\u200dt": "ho[U+200D]t",
    "ho\u2060t": "ho[U+2060]t",
    "ho\u00adt": "ho[U+00AD]t",
    "\ufeffhot": "[U+FEFF]hot",
    "h\x00ot": "h[U+0000]ot",
    "h\x1b[31mot": "h[U+001B][31mot",
    "h\x7fot\x85": "h[U+007F]ot[U+0085]",
    "h\ud800ot": "h[U+D800]ot",
    "h\u3164ot\u2800": "h[U+3164]ot[U+2800]",
    "rad\u2028ny": "rad[U+2028]ny",
    "a\U000e0068\U000e0069b": "a[U+E0068][U+E0069]b",
    "\ufff9a\ufffab\ufffb": "[U+FFF9]a[U+FFFA]b[U+FFFB]",
    "\u061ckod": "[U+061C]kod",
    "rad\r\nett\rtvå": "rad\nett\ntvå",
    "  luft  ": "luft",
    "z" + "\u0335" * 300: "z" + "\u0335" * 6 + "[U+0335]",
    # Harmless here, and kept letter by letter: pages escape, and the database takes parameters
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    "{{ settings.SECRET_KEY }}{% load x %}": "{{ settings.SECRET_KEY }}{% load x %}",
    "'; DROP TABLE archive_record; --": "'; DROP TABLE archive_record; --",
    "%s %(name)s {0.__class__}": "%s %(name)s {0.__class__}",
    '=HYPERLINK("http://x.example")': '=HYPERLINK("http://x.example")',
    # What must not be harmed
    "Bra jobbat 👨‍👩‍👧 " + FLAG: "Bra jobbat 👨‍👩‍👧 " + FLAG,
    "❤️ från oss": "❤️ från oss",
    "می\u200cخواهم": "می\u200cخواهم",
    "السلام عليكم": "السلام عليكم",
    "กำลังที่นี่": "กำลังที่นี่",
    "Å = A\u030a": "Å = Å",
    "Räksmörgås — 100 %": "Räksmörgås — 100 %",
}
