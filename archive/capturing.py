"""How this installation captures: the settings, turned into what the library takes."""

import ipaddress

from django.conf import settings

from archive.capture.addresses import Guard
from archive.capture.values import Limits, Sandbox


def guard() -> Guard:
    """Return which addresses are let through. Only tests and the demo know any on loopback. Raises ValueError."""
    inward = {}
    if settings.DEMO or settings.TESTING:
        for host, to in settings.CAPTURE_INWARD.items():
            address, _, port = to.rpartition(":")
            inward[host.lower()] = (address, int(port))
    barred = tuple(ipaddress.ip_network(net.strip()) for net in settings.CAPTURE_BARRED_NETWORKS)
    return Guard(inward=inward, barred=barred)


def limits() -> Limits:
    """Return the hard limits of a capture."""
    return Limits(seconds=settings.CAPTURE_SECONDS)


def sandbox() -> Sandbox:
    """Return whether the browser must have its sandbox and a network of its own. Raises ValueError."""
    return Sandbox(settings.CAPTURE_SANDBOX)
