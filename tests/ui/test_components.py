"""Every component draws what it is given, escapes what people wrote, and ties words to fields."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import timezone

from kommun.components import STATUSES, ChannelEntry, Column, Fact, Guard, LogEntry, Step, SummaryRow, Task
from kommun.forms import Option
from kommun.gallery_content import ExampleForm
from kommun.icons import ICONS

HOSTILE = '<script>alert("1")</script>"\'&'


def draw(source, **context):
    return Template(source).render(Context(context))


# Every component that shows text, with the hostile text wherever it takes text.
RULE = SimpleNamespace(key="a.b", strength=SimpleNamespace(value="ska"), text=HOSTILE, cite=HOSTILE)
NOW = datetime(2026, 11, 20, 8, 12, tzinfo=UTC)
CHANNEL = ChannelEntry(
    HOSTILE,
    HOSTILE,
    HOSTILE,
    HOSTILE,
    HOSTILE,
    HOSTILE,
    "/k/",
    HOSTILE,
    reply=HOSTILE,
    facts=[Fact(HOSTILE, HOSTILE, HOSTILE)],
)
PIECES = {
    "icon": "{% icon 'check' label=x size=x extra=x %}",
    "tag": "{% tag x kind=x %}",
    "status": "{% status 'waiting' label=x %}",
    "notice": "{% notice kind=x icon='info' title=x anchor=x %}{{ x }}{% endnotice %}",
    "empty": "{% empty_state title=x %}{{ x }}{% endempty_state %}",
    "question": "{% question rule=rule state='met' note=x %}{{ x }}{% endquestion %}",
    "step": "{% step title=x state=x mark=x status='now' status_label=x %}{{ x }}{% endstep %}",
    "verdict": "{% verify_result kind='lookalike' title=x %}{{ x }}{% endverify_result %}",
    "deadline": "{% deadline now done=x note=x %}",
    "breadcrumbs": "{% breadcrumbs x x x %}",
    "person": "{% person person %}",
    "number": "{{ x|number }}",
    "button": "{% include 'components/button.html' with label=x kind=x icon='check' size=x name=x value=x type=x id=x only %}",
    "link": "{% include 'components/button.html' with label=x href=x id=x only %}",
    "locked": "{% include 'components/button.html' with label=x locked_reason=x id=x only %}",
    "rule": "{% include 'components/rule.html' with rule=rule note=x only %}",
    "cite": "{% include 'components/cite.html' with rule=rule only %}",
    "tasks": "{% include 'components/tasks.html' with tasks=tasks label=x note=x only %}",
    "summary": "{% include 'components/summary.html' with rows=rows kind=x only %}",
    "facts": "{% include 'components/facts.html' with facts=facts kind=x only %}",
    "guards": "{% include 'components/guards.html' with guards=guards only %}",
    "steps": "{% include 'components/steps.html' with steps=steps only %}",
    "log": "{% include 'components/log.html' with entries=log only %}",
    "table": "{% include 'components/table.html' with caption=x columns=columns rows=cells only %}",
    "channel": "{% include 'components/channel.html' with channel=channel only %}",
    "undo": "{% include 'components/undo.html' with text=x action=x label=x %}",
    "progress": "{% include 'components/progress.html' with label=x done=1 total=2 note=x only %}",
    "refusal": "{% include 'components/refusal.html' with reason=x only %}",
    "messages": "{% include 'components/messages.html' %}",
    "form": "{% error_summary form %}{{ form }}",
}


class HostileForm(forms.Form):
    mark_optional = True
    text = forms.CharField(label=HOSTILE, help_text=HOSTILE, max_length=3)
    pick = forms.ChoiceField(label=HOSTILE, widget=forms.RadioSelect, choices=[(HOSTILE, Option(HOSTILE, HOSTILE))])
    agree = forms.BooleanField(label=HOSTILE, help_text=HOSTILE, required=False)

    def clean(self):
        raise forms.ValidationError(HOSTILE)


class Person:
    role = title = HOSTILE

    def __str__(self):
        return HOSTILE + "x"


@pytest.mark.parametrize("piece", sorted(PIECES))
def test_what_people_wrote_is_shown_and_never_run(piece):
    html = draw(
        PIECES[piece],
        x=HOSTILE,
        rule=RULE,
        now=NOW,
        person=Person(),
        tasks=[Task(HOSTILE, HOSTILE, "missing", HOSTILE, current=True), Task(HOSTILE, "", "locked")],
        rows=[SummaryRow(HOSTILE, HOSTILE, HOSTILE, HOSTILE)],
        facts=[Fact(HOSTILE, HOSTILE, HOSTILE)],
        guards=[Guard(HOSTILE, met=False, rule=HOSTILE)],
        steps=[Step(HOSTILE, "locked", HOSTILE, [Guard(HOSTILE, met=True)], "waiting")],
        log=[LogEntry(NOW, HOSTILE, HOSTILE, HOSTILE)],
        columns=[Column(HOSTILE), Column(HOSTILE, right=True)],
        cells=[[HOSTILE, HOSTILE]],
        channel=CHANNEL,
        messages=[SimpleNamespace(level_tag="error", __str__=lambda self: HOSTILE), HOSTILE],
        form=HostileForm({"text": HOSTILE, "pick": HOSTILE}),
    )
    assert "<script" not in html
    assert 'alert("1")' not in html
    assert "&lt;script&gt;" in html


def test_a_wrong_icon_or_status_fails_where_it_is_written():
    for source in ("{% icon 'chekc' %}", "{% status 'klar' %}", "{% tag 'x' icon='chekc' %}"):
        with pytest.raises(TemplateSyntaxError, match="there is no"):
            draw(source)


@pytest.mark.parametrize("key", sorted(STATUSES))
def test_every_status_has_a_word_an_icon_and_a_colour_of_its_own_kind(key):
    html = draw("{% status key %}", key=key)
    assert STATUSES[key].icon in ICONS
    assert str(STATUSES[key].label) in html
    assert "<svg" in html


def test_an_icon_is_hidden_from_screen_readers_unless_it_has_a_label():
    assert 'aria-hidden="true"' in draw("{% icon 'lock' %}")
    labelled = draw("{% icon 'lock' label='Låst' %}")
    assert 'role="img" aria-label="Låst"' in labelled
    assert "aria-hidden" not in labelled


def test_a_time_carries_its_moment_and_nothing_is_drawn_for_none():
    assert '<time datetime="2026-11-20T09:12+01:00">20 november 2026 kl. 09.12</time>' in draw(
        "{% when t full=True %}", t=NOW
    )
    assert draw("{% when t %}{% ago t %}", t=None) == ""
    assert "i dag" in draw("{% when t %}", t=timezone.localdate())


def test_a_deadline_carries_what_the_script_needs_to_count_on():
    now = timezone.now()
    running = draw("{% deadline t opened=o %}", t=now + timedelta(hours=24), o=now - timedelta(hours=24))
    assert "data-due=" in running
    assert 'class="r-fill" width="120.0"' in running
    over = draw("{% deadline t done='Svarat i tid' %}", t=now)
    assert "deadline--done" in over
    assert "data-due" not in over


# --- Fields -----------------------------------------------------------------------------------------------------------
def test_a_field_is_tied_to_its_hint_and_its_error():
    form = ExampleForm({})
    html = form["text"].as_field_group()
    assert 'for="id_text"' in html
    assert 'aria-describedby="id_text_helptext id_text_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_text_helptext"' in html
    assert 'id="id_text_error"' in html
    assert "field--error" in html


def test_a_group_of_choices_is_a_fieldset_with_its_question_as_legend():
    html = ExampleForm({})["custody"].as_field_group()
    assert "<legend>Var sparas inloggningen?" in html
    assert 'aria-describedby="id_custody_error"' in html
    assert html.count('<label class="choice"') == 2
    assert "Flera kan komma åt den." in html


def test_only_fields_that_may_be_left_are_marked():
    form = ExampleForm()
    assert "(frivilligt)" in form["note"].as_field_group()
    assert "(frivilligt)" not in form["text"].as_field_group()


def test_what_was_typed_stays_when_something_else_is_wrong():
    html = str(ExampleForm({"text": "Kulturskolan & co", "custody": "vault", "administrators": ["1", "3"]}))
    assert 'value="Kulturskolan &amp; co"' in html
    assert html.count("checked") == 3


def test_the_list_of_errors_names_each_field_and_leads_to_it():
    html = draw("{% error_summary form %}", form=ExampleForm({"text": "x"}))
    assert "5 svar behöver ändras" in html
    assert '<a href="#id_unit">Enhet: ' in html
    assert (
        '<a href="#id_custody_0">Var sparas inloggningen? ' in html
    )  # the first choice can take focus, the group cannot
    assert 'role="alert"' in html
    assert "autofocus" in html


def test_there_is_no_list_of_errors_before_anything_was_sent():
    assert draw("{% error_summary form none %}", form=ExampleForm(), none=None).strip() == ""


# --- Lists ------------------------------------------------------------------------------------------------------------
def test_the_way_between_pages_keeps_the_search():
    request = RequestFactory().get("/", {"q": "tibro & co", "sida": "2"})
    html = draw("{% pagination page %}", page=Paginator(range(90), 30).page(2), request=request)
    assert "Sida 2 av 3" in html
    assert 'href="?q=tibro+%26+co&amp;sida=3"' in html
    assert html.count("sida=") == 2


def test_one_page_needs_no_way_on():
    html = draw("{% pagination page %}", page=Paginator(range(3), 30).page(1), request=RequestFactory().get("/"))
    assert html.strip() == ""


def test_breadcrumbs_end_with_the_page_itself():
    html = draw("{% breadcrumbs 'Start' '/start/' 'Kanaler' '/kanaler/' 'Tibro' %}")
    assert html.count("<a ") == 2
    assert '<li aria-current="page">Tibro</li>' in html


def test_a_table_stays_a_table_when_it_is_stacked():
    html = include_table([Column("Kanal"), Column("Följare", right=True)], [["Biblioteket", "312"]])
    assert '<th scope="row" role="rowheader">Biblioteket</th>' in html
    assert '<td role="cell" data-label="Följare" class="r">' in html


def include_table(columns, rows):
    return draw("{% include 'components/table.html' with columns=columns rows=rows only %}", columns=columns, rows=rows)


@pytest.mark.parametrize(("show_names", "shown"), [(True, True), (False, False)])
def test_a_name_is_public_only_when_the_municipality_says_so(show_names, shown):
    class Chief:
        role, title = "Kulturchef, Kulturenheten", "Kulturchef"

        def __str__(self):
            return "Exempelnamn"

    html = draw("{% person p public=True %}", p=Chief(), municipality=SimpleNamespace(show_names=show_names))
    assert "Kulturchef, Kulturenheten" in html
    assert ("Exempelnamn" in html) is shown
    assert "Exempelnamn" in draw("{% person p %}", p=Chief())  # colleagues see it


def test_no_name_is_public_before_the_installation_is_set_up():
    person = SimpleNamespace(role="Kulturchef", title="x")
    assert "namespace" not in draw("{% person p public=True %}", p=person)
