"""A small valid policy file that tests change in one place at a time."""

MINIMAL = """
schema = 1

[policy]
municipality = "provkommun"
municipality_name = "Provkommun"
title = "Riktlinjer för sociala medier"
short_title = "Riktlinjer"
kind = "riktlinjer"
valid_from = 2025-01-01
review_on = 2027-01-01

[sections]
"1" = "Ansvar"
"2" = "Svar"

[role_labels]
owner = ["Kontoansvarig"]
strategist = ["Strateg", "Kommunikatör"]

[[rules]]
key = "approval.chain"
strength = "ska"
sections = ["1"]
text = "Chefen beslutar."
effect = "Ansökan går till chefen."
covers = ["C1"]
[rules.value]
steps = [{ kind = "approve", role = "nearest_manager", group = 1 }]

[[rules]]
key = "reply.within"
strength = "bör"
sections = ["2"]
text = "Svara inom två dygn."
effect = "En fråga får en svarsfrist."
[rules.value]
value = 48
unit = "hours"
set_by = "policy"

[[rules]]
key = "administrators.minimum"
strength = "ska"
sections = ["1"]
text = "Minst två."
effect = "Färre än två är en brist."
[rules.value]
count = 2
central_counts = false

[[guidance]]
id = "tone"
place = "reply"
moment = "when_answering"
strength = "bör"
sections = ["2"]
text = "Var vänlig."
"""


def changed(old: str, new: str, count: int = 1) -> str:
    """Return the small file with one thing changed. The thing must be there."""
    assert old in MINIMAL, old
    return MINIMAL.replace(old, new, count)


def scoped(scope: str, value: str, *, key: str = "reply.within", strength: str = "bör") -> str:
    """Return a rule to add to the small file, for one scope."""
    return f'''
[[rules]]
key = "{key}"
strength = "{strength}"
sections = ["2"]
text = "Något annat här."
effect = "En annan frist."
scope = {{ {scope} }}
value = {{ {value} }}
'''
