"""What staff correct in the browser admin stands on the published pages as soon as it is saved."""

import pytest
from django.urls import reverse

from channels import publication
from channels.models import Platform
from kommun import published_first
from kommun.models import Municipality, PublicationDue
from tests.public_scene import make_scene
from tests.published import REGISTER, Server

FORMS = {
    "unit": ("accounts_unit", {"name": "Bibliotek och lärande", "kind": "unit", "email": "", "phone": ""}),
    "platform": ("channels_platform", {"name": "Fejjan", "sort": "10"}),
    "municipality": (
        "kommun_municipality",
        {
            "short_name": "Ekhult", "slug": "ekhult", "seat": "", "switchboard": "", "website": "https://www.ekhult.example",
            "contact_email": "kommun@ekhult.example", "registrar_email": "", "brand_colour": "#7a1f3d",
            "brand_colour_dark": "#86ccd8", "closed_days": "[]", "confirmation_months": "6", "name": "Ekhults stad",
            "watch_report_at": "15:00", "at_once_hours": "1",
        },
    ),
}  # fmt: skip


@pytest.mark.django_db(transaction=True)  # it is at the commit that pages are published
@pytest.mark.parametrize("what", FORMS)
def test_correction_is_published_at_once(what, client, cast, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(published_first, "FRESH_SECONDS", 0)
    settings.PUBLISH_ROOT = str(tmp_path)
    channel = make_scene(cast)["open"]
    publication.publish()
    server = Server(settings.PUBLISH_ROOT)
    model, form = FORMS[what]
    row = {"unit": channel.unit, "platform": channel.platform, "municipality": Municipality.current()}[what]
    assert form["name"] not in server.get(REGISTER).body.decode()

    if what == "unit":
        form = {**form, "slug": row.slug, "parent": row.parent_id, "manager": row.manager_id, "registrar": ""}
    client.force_login(cast.administrator)
    assert client.post(reverse(f"admin:{model}_change", args=[row.pk]), form).status_code == 302
    assert form["name"] in server.get(REGISTER).body.decode()
    assert not PublicationDue.objects.exists()
    if what == "municipality":
        assert "#7a1f3d" in client.get("/tema.css").content.decode()


@pytest.mark.django_db
def test_platform_out_of_use_is_still_said_of_the_channels_that_are_there(client, cast, settings, tmp_path):
    channel = make_scene(cast)["open"]
    client.force_login(cast.strategist)
    data = {"action": "archive", "sure": "1", "_selected_action": [channel.platform_id]}
    client.post(reverse("admin:channels_platform_changelist"), data)
    assert Platform.objects.get(pk=channel.platform_id).archived
    assert channel.name in client.get(REGISTER).content.decode()
