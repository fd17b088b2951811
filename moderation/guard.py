"""What keeps machines and bullies from the form for tips, without any outside service and without keeping who sent.

- A field that a person does not see: whoever fills in everything is told so, and can empty it.
- A signed time stamp: an answer in less than MIN_SECONDS was not typed by a person; one after a day is asked again.
- A number of tips per hour from one network, and from everybody together. What is counted is a keyed hash of the network
  that is another the next hour and is forgotten then; the address itself is stored nowhere.
- The addresses in the text are counted: advertising has many.
"""

import logging
import re
import time
from ipaddress import IPv6Address, ip_address

from django.core import signing
from django.core.cache import cache
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

from moderation.models.talk import new_reference

log = logging.getLogger(__name__)

SALT = "moderation.tip"
MIN_SECONDS = 3
MAX_SECONDS = 24 * 3600
MAX_LINKS = 3
PER_HOUR = 6  # from one network: a household or a school that reports the same evening is not stopped
ALL_PER_HOUR = 300  # from everybody: more than staff can read
HOUR = 3600
_LINK = re.compile(r"(?:https?:|www\.)", re.IGNORECASE)


class TooFast(Exception):
    """The form came back before anybody can have read it."""


class TooOld(Exception):
    """The form has been open for very long, or was not made by us."""


def new_ticket() -> str:
    """Return a signed ticket for one form: the reference that the tip will get, and when the form was shown."""
    return signing.dumps([new_reference(), int(time.time())], salt=SALT)


def reference_of(ticket: str) -> str:
    """Return the reference in a ticket that came back. Raises TooFast, TooOld."""
    try:
        reference, shown = signing.loads(ticket, salt=SALT)
    except signing.BadSignature as error:
        raise TooOld from error
    age = time.time() - shown
    if age > MAX_SECONDS:
        raise TooOld
    if age < MIN_SECONDS:
        raise TooFast
    return str(reference)


def links_in(text: str) -> int:
    """Return how many web addresses the text has."""
    return len(_LINK.findall(text))


def has_room(address: str) -> bool:
    """Count one more tip from the network address, and return whether it is within the limits of this hour.

    Without Redis nothing is counted and every tip is let in: somebody may be threatened.
    """
    hour = int(time.time()) // HOUR
    try:
        own = _counted(f"tips:{hour}:{_network_hash(address, hour)}")
        return own <= PER_HOUR and _counted(f"tips:{hour}:all") <= ALL_PER_HOUR
    except RedisError:
        log.warning("tips are not counted: Redis does not answer")
        return True


def _counted(key: str) -> int:
    cache.add(key, 0, timeout=HOUR)
    try:
        return int(cache.incr(key))
    except ValueError:  # forgotten between the two
        return 1


def _network_hash(address: str, hour: int) -> str:
    """Return a keyed hash of the network: IPv4 by address, IPv6 by the /64 that one household has."""
    try:
        found = ip_address(address)
    except ValueError:
        network = "unknown"
    else:
        network = found.exploded[:19] if isinstance(found, IPv6Address) else str(found)
    return salted_hmac(f"{SALT}:{hour}", network, algorithm="sha256").hexdigest()[:32]
