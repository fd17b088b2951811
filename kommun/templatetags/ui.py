"""The components that need logic. Everything that a person has written passes through Django's escaping."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect
from django.forms.forms import BaseForm
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from kommun import words
from kommun.components import STATUSES
from kommun.icons import ICONS

register = template.Library()

NOTICES = {"blue": "info", "green": "check", "amber": "warning", "red": "alert"}
MESSAGE_KINDS = {"debug": "blue", "info": "blue", "success": "green", "warning": "amber", "error": "red"}
VERDICTS = {
    "official": ("green", "shield"),
    "was_official": ("blue", "info"),
    "wrong_platform": ("amber", "warning"),
    "lookalike": ("amber", "warning"),
    "unknown": ("amber", "warning"),
    "cannot_tell": ("blue", "info"),
}
RULER = 240  # width of the drawing, in its own units


# --- Icons and words --------------------------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, *, label: str = "", size: str = "", extra: str = "") -> SafeString:
    """Draw an icon, hidden from screen readers unless it has a label. Raises TemplateSyntaxError on a wrong name."""
    return _draw(name, label=label, size=size, extra=extra)


def _draw(name: str, *, label: str = "", size: str = "", extra: str = "") -> SafeString:
    if name not in ICONS:
        raise template.TemplateSyntaxError(f"there is no icon {name!r}; there are {', '.join(ICONS)}")
    classes = " ".join(part for part in ("icon", f"icon--{size}" if size else "", extra) if part)
    drawing = mark_safe(ICONS[name])  # noqa: S308  (our own constant)
    if label:
        return format_html(
            '<svg class="{}" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>', classes, label, drawing
        )
    return format_html('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', classes, drawing)


@register.simple_tag
def tag(label: Any, *, kind: str = "", icon: str = "circle", wrap: bool = False) -> SafeString:
    """Show a word with its icon and colour: kind is plain, green, blue, amber, red or empty (grey)."""
    classes = " ".join(part for part in ("tag", f"tag--{kind}" if kind else "", "tag--wrap" if wrap else "") if part)
    return format_html('<span class="{}">{}{}</span>', classes, _draw(icon), label)


@register.simple_tag
def status(key: str, *, label: Any = "", wrap: bool = False) -> SafeString:
    """Show a state that pages share (kommun/components.py, STATUSES), in its own words or in the label's."""
    if key not in STATUSES:
        raise template.TemplateSyntaxError(f"there is no status {key!r}; there are {', '.join(STATUSES)}")
    known = STATUSES[key]
    return tag(label or known.label, kind=known.kind, icon=known.icon, wrap=wrap)


@register.filter
def number(value: Any) -> str:
    """Write 12345 as 12 345, with a space that does not break the line. Anything but a number comes back as text."""
    return words.number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


@register.filter
def host(address: str) -> str:
    """Return the host of a web address as people write it: `https://www.tibro.se/` is `tibro.se`."""
    return urlsplit(address).netloc.removeprefix("www.")


@register.filter
def at(sequence: Any, position: int) -> Any:
    """Return the element at the position, counted from 0, or None past the end."""
    return sequence[position] if position < len(sequence) else None


@register.filter
def anchor(key: Any) -> str:
    """Return the id of a rule on the rulebook page: `approval.chain` is `regel-approval-chain`."""
    return "regel-" + str(key).replace(".", "-").replace("_", "-")


# --- Time -------------------------------------------------------------------------------------------------------------
@register.simple_tag
def when(moment: datetime | date | None, *, full: bool = False) -> SafeString:
    """Write a moment or a day as people do, in `<time>`. `full`: the whole date, for records. Nothing for None."""
    if moment is None:
        return SafeString("")
    if not isinstance(moment, datetime):
        text = words.day_full(moment) if full else words.day_words(moment, timezone.localdate())
        return format_html('<time datetime="{}">{}</time>', moment.isoformat(), text)
    return _time(moment, words.when_full(moment) if full else words.when_words(moment, timezone.now()))


@register.filter
def due_full(due: datetime) -> str:
    """Write until when, for records and mail: the day alone when the whole day may be used."""
    return words.due_full(due)


@register.filter
def when_full(moment: datetime) -> str:
    """Write the whole date and the time, for mail."""
    return words.when_full(moment)


@register.simple_tag
def ago(moment: datetime | None) -> SafeString:
    """Write how long ago it was, or how long until it is. Nothing for None."""
    return _time(moment, words.ago_words(moment, timezone.now())) if moment else SafeString("")


@register.inclusion_tag("components/deadline.html")
def deadline(
    due: datetime, *, opened: datetime | None = None, done: Any = "", note: Any = "", large: bool = False
) -> dict[str, Any]:
    """Show how much time is left, until when, and how much has gone. `done`: the words when it has been met."""
    now = timezone.now()
    level = "done" if done else words.level(due, now)
    gone = 0.0
    if opened and due > opened:
        gone = RULER * min(1.0, max(0.0, (now - opened) / (due - opened)))
    return {
        "due": due,
        "level": level,
        "large": large,
        "icon": {"done": "check", "late": "alert", "soon": "hourglass", "calm": "clock"}[level],
        "left": done or words.left_words(due, now),
        "by": "" if done else words.due_words(due, now),
        "ruler": f"{gone:.1f}" if opened and not done else "",
        "note": note,
    }


# --- Pieces with a body -----------------------------------------------------------------------------------------------
@register.simple_block_tag
def notice(
    content: str, *, kind: str = "blue", title: Any = "", icon: str = "", anchor: str = "", alert: bool = False
) -> str:
    """Tell the reader something: blue informs, green confirms, amber warns, red is wrong. At most one at page top."""
    context = {
        "kind": kind,
        "icon": icon or NOTICES[kind],
        "title": title,
        "body": content,
        "id": anchor,
        "alert": alert,
    }
    return render_to_string("components/notice.html", context)


@register.simple_block_tag
def empty_state(content: str, *, title: Any, icon: str = "check") -> str:
    """Say what is done and what comes next, where a list has nothing to show."""
    return render_to_string("components/empty.html", {"icon": icon, "title": title, "body": content})


@register.simple_block_tag
def question(content: str, *, rule: Any = None, state: str = "", note: Any = "") -> str:
    """Show a question with the rule that asks for it beside, a policy Rule or None. state: met, unmet or empty."""
    return render_to_string("components/question.html", {"body": content, "rule": rule, "state": state, "note": note})


@register.simple_block_tag
def step(
    content: str, *, title: Any, state: str = "open", mark: Any = "", status: str = "", status_label: Any = ""
) -> str:
    """One step with room for a form. state: done, now, open or locked; put it in `<ol class="steps">`."""
    context = {
        "title": title,
        "state": state,
        "mark": mark,
        "status": status,
        "status_label": status_label,
        "body": content,
    }
    return render_to_string("components/step.html", context)


@register.simple_block_tag
def verify_result(content: str, *, kind: str, title: Any) -> str:
    """Answer whether an account is ours. The title begins with Ja or Nej, or says that no answer can be given."""
    colour, drawing = VERDICTS[kind]
    return render_to_string(
        "components/notice.html", {"kind": colour, "icon": drawing, "title": title, "body": content}
    )


# --- Pages ------------------------------------------------------------------------------------------------------------
@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(*parts: Any) -> dict[str, Any]:
    """Show the way here: label, url, label, url, …, and last the label of this page."""
    *way, here = parts
    return {"crumbs": list(zip(way[::2], way[1::2], strict=True)), "here": here}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Any, *, parameter: str = "sida") -> dict[str, Any]:
    """Show the way between the pages of a list. Keeps the search that the address carries."""
    query = context["request"].GET.copy()
    query.pop(parameter, None)
    kept = query.urlencode()
    return {"page": page, "prefix": f"?{kept}&{parameter}=" if kept else f"?{parameter}=", "parameter": parameter}


@register.simple_tag
def message_kind(level_tag: str) -> str:
    """Return the notice's kind for a Django message."""
    return MESSAGE_KINDS.get(level_tag, "blue")


@register.inclusion_tag("components/person.html", takes_context=True)
def person(context: Context, user: Any, *, public: bool = False) -> dict[str, Any]:
    """Show somebody: role and unit, and the name. On public pages the name only when the municipality shows names."""
    municipality = context.get("municipality")
    named = bool(municipality and municipality.show_names) if public else True
    return {"user": user, "named": named and str(user) != getattr(user, "title", "")}


# --- Forms ------------------------------------------------------------------------------------------------------------
@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: BaseForm | None) -> dict[str, Any]:
    """List every error of the forms, with a link to its field. Takes the focus. Shows nothing when there are none."""
    errors = [entry for form in forms if form is not None and form.is_bound for entry in _errors_of(form)]
    return {"errors": errors, "count": len(errors)}


@register.filter
def field_kind(field: BoundField) -> str:
    """Return how a field is drawn: choices, check, file, group or plain."""
    widget = field.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, FileInput):
        return "file"
    return "group" if field.use_fieldset else "plain"


def _errors_of(form: BaseForm) -> Iterable[tuple[str, str]]:
    for text in form.non_field_errors():
        yield "", str(text)
    for field in form:
        for text in field.errors:
            # A group of choices has no id of its own that can take focus; its first choice has.
            target = field.id_for_label or (f"{field.auto_id}_0" if field.auto_id else "")
            # With its label: a list that says "Fältet måste fyllas i" five times over helps nobody.
            label = str(field.label)
            named = f"{label} {text}" if label.endswith(("?", ".", ":")) else f"{label}: {text}"
            yield "" if field.is_hidden else target, named


def _time(moment: datetime, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', timezone.localtime(moment).isoformat(timespec="minutes"), text)
