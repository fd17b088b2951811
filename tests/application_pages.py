"""The pages of an application as a browser without script meets them."""

import re

from django.test import Client
from django.urls import reverse

from channels.questions import parts_of

PDF = b"%PDF-1.7 plan"


def signed_in(user, **options):
    client = Client(**options)
    client.force_login(user)
    return client


def page(application, part):
    return reverse("channels:application_part", args=[application.pk, part])


def hidden(response, name):
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    assert found, name
    return found[1]


def filled(client, application, part, **values):
    """Return what a browser would send: what the page carries, with the given answers."""
    drawn = client.get(page(application, part))
    return {"version": hidden(drawn, "version"), "marke": hidden(drawn, "marke"), **values}


def plan_of(application):
    return next(question.key for part in parts_of(application) for question in part.attachments if question.required)
