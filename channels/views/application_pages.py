"""What the pages of an application show: the list of tasks, the summary, the steps."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actor import Actor
from accounts.models import User
from accounts.organisation import organisation_of
from channels import queries, rules
from channels.models import Application, ApprovalStep
from channels.questions import Facts, Part, Question, Status, part_status, problems, summary
from kommun import policy
from kommun.components import Step, SummaryRow, Task
from kommun.errors import NotPermitted

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

S = Application.Status
STATUS_TAGS: dict[str, str] = {
    S.DRAFT: "draft",
    S.SUBMITTED: "waiting",
    S.CHANGES_REQUESTED: "changes",
    S.APPROVED: "approved",
    S.REFUSED: "rejected",
    S.WITHDRAWN: "withdrawn",
}
TITLES: dict[str, "StrPromise"] = {
    S.DRAFT: gettext_lazy("Ansök om en ny kanal"),
    S.SUBMITTED: gettext_lazy("Ansökan väntar på beslut"),
    S.CHANGES_REQUESTED: gettext_lazy("Komplettera ansökan"),
    S.APPROVED: gettext_lazy("Ansökan är beviljad"),
    S.REFUSED: gettext_lazy("Ansökan är avslagen"),
    S.WITHDRAWN: gettext_lazy("Ansökan är återtagen"),
}
_TASK = {Status.NOT_STARTED: "todo", Status.ONGOING: "ongoing", Status.MISSING: "missing", Status.DONE: "done"}
_STEP = {
    ApprovalStep.Status.WAITING: ("open", "todo"),
    ApprovalStep.Status.OPEN: ("now", "waiting"),
    ApprovalStep.Status.APPROVED: ("done", "approved"),
    ApprovalStep.Status.REFUSED: ("done", "rejected"),
    ApprovalStep.Status.CHANGES_REQUESTED: ("now", "changes"),
    ApprovalStep.Status.CONSULTED: ("done", "done"),
    ApprovalStep.Status.INFORMED: ("done", "done"),
    ApprovalStep.Status.CANCELLED: ("open", "skipped"),
}


def visible_or_404(request: HttpRequest, pk: int) -> Application:
    """Return an application that the reader may see. Unseen is 404."""
    return get_object_or_404(visible(request).select_related("applicant__unit__parent"), pk=pk)


def visible(request: HttpRequest) -> QuerySet[Application]:
    """Return the applications that the reader may see."""
    return queries.applications_visible_to(signed_in(request), organisation_of(request))


def signed_in(request: HttpRequest) -> User:
    """Return the user of a view that requires sign-in."""
    assert isinstance(request.user, User)  # noqa: S101  (login_required stands before)
    return request.user


def to_edit_or_403(request: HttpRequest, pk: int) -> Application:
    """Return an application that the reader writes. Raises NotPermitted with the reason for one that is only read."""
    application = visible_or_404(request, pk)
    if reason := rules.why_not_edit(Actor.from_request(request), application):
        raise NotPermitted(reason)
    return application


def part_address(application: Application, part: Part, question: Question | None = None) -> str:
    """Return the address of a part, at a question when one is given."""
    address = reverse("channels:application_part", args=[application.pk, part.slug])
    return f"{address}#{anchor(question)}" if question else address


def anchor(question: Question) -> str:
    """Return the id of the question on its page, where a link leads."""
    return f"fraga-{question.field_name}"


def tasks_for(application: Application, facts: Facts, parts: Sequence[Part], current: str = "") -> list[Task]:
    """Return the task list: every part, and last to look through and send. `current` is the key of the part on show."""
    tasks = []
    for part in parts:
        status = part_status(application, part, facts=facts)
        tasks.append(
            Task(
                label=part.title,
                url=part_address(application, part),
                status=_TASK[status],
                status_label=_words(status, part, application, facts),
                current=part.key == current,
            )
        )
    ready = all(
        task.status == "done" or not problems(part, application, facts) for task, part in zip(tasks, parts, strict=True)
    )
    tasks.append(
        Task(
            label=_("Granska och skicka"),
            url=reverse("channels:application_review", args=[application.pk]),
            status="todo" if ready else "locked",
            status_label=_("Redo att skicka") if ready else _("Skickas när resten är klart"),
        )
    )
    return tasks


def _words(status: Status, part: Part, application: Application, facts: Facts) -> str:
    found = problems(part, application, facts)
    readings = [question for question in part.readings if question.field_name in found]
    if status is Status.ONGOING and readings:
        readers = facts.readers(readings[0], application.answers)
        read = sum(facts.has_read(user, readings[0]) for user in readers)
        return _("%(read)s av %(all)s har läst") % {"read": read, "all": len(readers)}
    if status is Status.MISSING:
        return ngettext("Ett svar saknas", "%(count)s svar saknas", len(found)) % {"count": len(found)}
    return ""


def summary_cards(
    application: Application, facts: Facts, parts: Sequence[Part], *, links: bool
) -> list[tuple[Part, list[SummaryRow]]]:
    """Return each part with its answers as rows. Optional questions that were left are not shown when only read."""
    return [
        (
            part,
            [
                SummaryRow(
                    question.short, text, part_address(application, part, question) if links else "", question.short
                )
                for question, text in rows
                if text or links or question.required
            ],
        )
        for part, rows in summary(application, facts=facts, of=parts)
    ]


def step_rows(application: Application, steps: Sequence[ApprovalStep]) -> list[Step]:
    """Return the steps of the decision as the applicant sees them: who, in which order, and how far."""
    rows = []
    for step in steps:
        state, tag = _STEP[ApprovalStep.Status(step.status)]
        role = policy.role_label(step.role, version=application.policy_version)
        person = step.decided_by or step.assignee
        rows.append(
            Step(
                title=_("%(kind)s: %(role)s") % {"kind": step.get_kind_display(), "role": role},
                state=state,  # type: ignore[arg-type]  # one of the four words of the table above
                detail=" ".join(filter(None, (person.role if person else "", step.note))),
                status=tag,
            )
        )
    return rows
