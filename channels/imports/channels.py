"""Rows about channels. The register is read once, in seven queries, however many rows the file has.

A row is the channel with the key that it names, else the one with the account, else the only open one with the name on the
platform. Empty cells change nothing. What a new channel lacks is noted, not refused: a real list is never complete.
"""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Unit, User
from channels.addresses import AddressError, CanonicalAccount, parse_account
from channels.imports.judging import SEVERAL, Cells, Judgement, People, Seen, Units
from channels.imports.reading import Line
from channels.models import Channel, ChannelAddress, ChannelAdministrator, Platform
from channels.models.imports import ImportRun
from channels.platform_specs import PlatformSpecs, load_platform_specs
from channels.queries import scope_along
from channels.questions.catalogue import LANGUAGES
from channels.secrets import why_not_keep
from kommun import policy
from kommun.policy import keys

TEXTS = {
    "purpose": 2000,
    "audience": 300,
    "description": 2000,
    "update_frequency": 120,
    "moderation_hours": 120,
    "credentials_place": 200,
}
MOST_HOURS = 1000
# What a real list leaves out and a channel needs: a new channel without one becomes something to do.
NEEDED = {
    "address": gettext_lazy("adress"),
    "unit": gettext_lazy("verksamhet"),
    "owner": gettext_lazy("kontoansvarig"),
    "deputy": gettext_lazy("ersättare"),
    "administrators": gettext_lazy("administratörer"),
    "purpose": gettext_lazy("syfte"),
}


@dataclass(frozen=True)
class Defaults:
    """What a new channel gets where the file says nothing."""

    owner_id: int
    unit_id: int
    today: date


@dataclass
class Register:
    """The register as it is now, ready to be asked about any row."""

    platforms: dict[int, Platform]
    units: Units
    people: People
    channels: dict[int, Channel]
    addresses: dict[int, ChannelAddress]  # the current one, by channel
    administrators: dict[int, set[int]]
    specs: PlatformSpecs

    @classmethod
    def load(cls) -> "Register":
        """Read everything that a row can be about. Seven queries."""
        administrators: dict[int, set[int]] = {}
        for channel_id, user_id in ChannelAdministrator.objects.values_list("channel_id", "user_id"):
            administrators.setdefault(channel_id, set()).add(user_id)
        current = ChannelAddress.objects.filter(valid_to__isnull=True)
        return cls(
            platforms={row.pk: row for row in Platform.objects.all()},
            units=Units(Unit.objects.all()),
            people=People(User.objects.select_related("unit"), _proven_addresses()),
            channels={row.pk: row for row in Channel.objects.order_by("pk")},
            addresses={row.channel_id: row for row in current},
            administrators=administrators,
            specs=load_platform_specs(),
        )

    def __post_init__(self) -> None:
        self.by_slug = {row.slug: row for row in self.channels.values()}
        self.by_account = {(row.platform_id, row.handle_key): row.channel_id for row in self.addresses.values()}
        self.platform_by_key = {row.key: row for row in self.platforms.values()}
        self._platform_by_name = {row.name.casefold(): row for row in self.platforms.values()}
        self._named: dict[tuple[str, int], list[Channel]] = {}
        for row in self.channels.values():
            if row.status != Channel.Status.CLOSED:
                self._named.setdefault((row.name.casefold(), row.platform_id), []).append(row)
        self._by_url = {row.url: row for row in self.addresses.values()}
        self._limits: dict[tuple[int, int], int | None] = {}

    def account_at(self, url: str, platform: Platform | None) -> CanonicalAccount | None:
        """Return the account that the register has at just this address: what we have given out ourselves is known."""
        row = self._by_url.get(url)
        if row is None or (platform is not None and row.platform_id != platform.pk):
            return None
        key = self.platforms[row.platform_id].key
        return CanonicalAccount(key, row.handle_key, row.handle, row.url, row.handle)

    def platform_named(self, word: str) -> Platform | None:
        """Return the platform that people mean, by key, name or what they call it."""
        word = " ".join(word.casefold().split())
        spec = self.specs.by_name.get(word)
        return self.platform_by_key.get(spec.key if spec else word) or self._platform_by_name.get(word)

    def channels_named(self, name: str, platform: Platform) -> Sequence[Channel]:
        """Return the channels, not closed, of that name on the platform."""
        return self._named.get((name.casefold(), platform.pk), [])

    def slowest_reply(self, unit: Unit, platform: Platform) -> int | None:
        """Return the most hours that the policy allows to be promised there, or None where it gives no number."""
        asked = (unit.pk, platform.pk)
        if asked not in self._limits:
            rule = policy.rule(keys.REPLY_WITHIN, scope_along(self.units.line(unit), platform.kind))
            self._limits[asked] = getattr(rule.value, "hours", None) if rule else None
        return self._limits[asked]


def _proven_addresses() -> dict[str, int]:
    return dict(EmailAddress.objects.filter(verified=True).values_list("email", "user_id"))


def judge(
    lines: Sequence[Line], mapping: Mapping[str, int], defaults: Defaults, register: Register
) -> Iterator[Judgement]:
    """Yield what each row would do, in order."""
    seen = Seen()
    for line in lines:
        yield _Row(Cells(line, mapping, ImportRun.Kind.CHANNELS), defaults, register, seen).judge()


class _Row:
    """One row on its way to a judgement."""

    def __init__(self, cells: Cells, defaults: Defaults, register: Register, seen: Seen) -> None:
        self.cells, self.defaults, self.register, self.seen = cells, defaults, register, seen
        self.found = cells.judgement

    def judge(self) -> Judgement:
        cells = self.cells
        name = cells.line("name", 120)
        self.found.title = name or cells.text("address")[:200] or cells.text("handle")[:200]
        platform, account = self._where()
        if platform is None:
            return self.found.settle(new=False)
        self.found.title = f"{self.found.title} ({platform.name})"
        channel = self._channel(name, platform, account)
        if channel is None and not name and not self.found.errors:
            cells.error("name", _("Skriv vad kanalen heter."))
        if self.found.errors:
            return self.found.settle(new=False)
        where = (
            (platform.pk, account.handle_key)
            if account
            else (platform.pk, name.casefold(), cells.text("unit").casefold())
        )
        self.seen.check(cells, "name", *([("channel", channel.pk)] if channel else []), ("account", *where))
        if channel is None:
            self._new(name, platform, account)
        else:
            self._existing(channel, name, platform, account)
        return self.found.settle(new=channel is None)

    # --- Which channel it is about ------------------------------------------------------------------------------------
    def _where(self) -> tuple[Platform | None, CanonicalAccount | None]:
        """Return platform and account. An error has been noted when the platform is None."""
        cells, register = self.cells, self.register
        word = cells.text("platform", 200)
        platform = register.platform_named(word) if word else None
        if word and platform is None:
            cells.error("platform", self._unknown_platform(word))
            return None, None
        column = "address" if cells.text("address") else "handle"
        text = cells.text(column)
        if not text:
            if platform is None:
                cells.error("platform", _("Skriv plattformen, till exempel Facebook, eller kontots adress."))
            return platform, None
        try:
            account = register.account_at(text, platform) or parse_account(
                text, register.specs, platform_hint=platform.key if platform else None
            )
        except AddressError as error:
            cells.error(column, str(error))
            return None, None
        there = register.platform_by_key.get(account.platform or "")
        if there is None:
            cells.error("platform", _("Det går inte att se vilken plattform kontot finns på. Skriv plattformen."))
        elif platform is not None and platform != there:
            cells.error(
                column,
                _("Adressen leder till %(there)s, men på raden står %(platform)s.")
                % {"there": there.name, "platform": platform.name},
            )
            return None, None
        return there, account

    def _unknown_platform(self, word: str) -> str:
        names = [row.name for row in self.register.platforms.values() if not row.archived]
        near = difflib.get_close_matches(word.casefold(), [name.casefold() for name in names], n=1, cutoff=0.7)
        likely = next((name for name in names if near and name.casefold() == near[0]), "")
        if likely:
            return _("Plattformen ”%(word)s” finns inte. Menar du %(likely)s?") % {"word": word[:60], "likely": likely}
        return _("Plattformen ”%(word)s” finns inte. Skriv till exempel %(names)s.") % {
            "word": word[:60],
            "names": ", ".join(names[:4] + [row.name for row in self.register.platforms.values() if row.key == "blog"]),
        }

    def _channel(self, name: str, platform: Platform, account: CanonicalAccount | None) -> Channel | None:
        cells, register = self.cells, self.register
        holder = (
            register.channels.get(register.by_account.get((platform.pk, account.handle_key), 0)) if account else None
        )
        if key := cells.text("id"):
            channel = register.by_slug.get(key)
            if channel is None:
                cells.error("id", _("Nyckeln finns inte i registret. Lämna cellen tom om kanalen är ny."))
            elif channel.platform_id != platform.pk:
                cells.error(
                    "platform",
                    _("Kanalen finns på %(platform)s. En kanal byter inte plattform: lägg in en ny, utan nyckel.")
                    % {"platform": register.platforms[channel.platform_id].name},
                )
            elif holder is not None and holder != channel:
                cells.error("address", _("Kontot tillhör redan kanalen ”%(name)s”.") % {"name": holder.name})
            return channel
        if holder is not None:
            return holder
        named = register.channels_named(name, platform)
        if len(named) > 1 and (unit := cells.text("unit")):
            named = [row for row in named if row.unit_id in {one.pk for one in register.units.named(unit)}]
        if len(named) > 1:
            slugs = ", ".join(row.slug for row in named[:5])
            cells.error("id", _("Flera kanaler heter så. Skriv någon av nycklarna: %(keys)s.") % {"keys": slugs})
        return named[0] if len(named) == 1 else None

    # --- What the cells say -------------------------------------------------------------------------------------------
    def _said(self) -> dict[str, Any]:
        """Return what the row says, without the empty cells."""
        cells = self.cells
        said: dict[str, Any] = {key: cells.text(key, longest) for key, longest in TEXTS.items()}
        if reason := why_not_keep(said["credentials_place"]):
            cells.error("credentials_place", reason)
        said["reply_hours"] = cells.whole_number("reply_hours", MOST_HOURS)
        said["languages"] = self._languages()
        said["opened_on"] = cells.day("opened_on", self.defaults.today)
        public = cells.yes_or_no("visibility")
        if public is not None:
            said["visibility"] = str(Channel.Visibility.PUBLIC if public else Channel.Visibility.INTERNAL)
        said |= self._organisation()
        return {key: value for key, value in said.items() if value not in (None, "", [])}

    def _organisation(self) -> dict[str, Any]:
        cells, people, units = self.cells, self.register.people, self.register.units
        said: dict[str, Any] = {}
        for key in ("owner", "deputy"):
            if text := cells.line(key, 254):
                person = people.find(cells, key, text)
                said[key] = person.pk if person else None
        for key in ("unit", "controller"):
            if text := cells.line(key, 120):
                unit = units.find(cells, key, text)
                if unit is not None and key == "controller" and unit.kind != Unit.Kind.COMMITTEE:
                    cells.error(key, _("%(unit)s är ingen nämnd.") % {"unit": unit.name})
                said[key] = unit.pk if unit else None
        names = [name.strip() for name in SEVERAL.split(cells.text("administrators")) if name.strip()]
        found = [people.find(cells, "administrators", name) for name in names]
        said["administrators"] = sorted({person.pk for person in found if person})
        self.administrators_complete = None not in found
        return said

    def _languages(self) -> list[str]:
        known = {code: code for code, _name in LANGUAGES} | {name.casefold(): code for code, name in LANGUAGES}
        words = [word for word in self.cells.text("languages").replace(";", ",").replace(" ", ",").split(",") if word]
        wrong = [word for word in words if word.casefold() not in known]
        if wrong:
            codes = ", ".join(code for code, _name in LANGUAGES)
            self.cells.error(
                "languages",
                _("Språket ”%(word)s” finns inte. Skriv någon av koderna %(codes)s.")
                % {"word": wrong[0][:40], "codes": codes},
            )
            return []
        return list(dict.fromkeys(known[word.casefold()] for word in words))

    def _check_people(self, owner_id: int | None, deputy_id: int | None, *, owner_new: bool, deputy_new: bool) -> None:
        if owner_id is not None and owner_id == deputy_id and (owner_new or deputy_new):
            self.cells.error("deputy", _("Ersättaren kan inte vara samma person som den ansvariga."))
        for key, user_id, new in (("owner", owner_id, owner_new), ("deputy", deputy_id, deputy_new)):
            user = self.register.people.by_id.get(user_id or 0)
            if new and user is not None and not user.is_active:
                self.cells.error(key, _("%(person)s är inte längre aktiv. Skriv någon annan.") % {"person": user})

    def _check_promise(self, hours: int | None, unit_id: int, platform: Platform) -> None:
        most = self.register.slowest_reply(self.register.units.by_id[unit_id], platform) if hours else None
        if hours and most and hours > most:
            self.cells.error(
                "reply_hours",
                _("Policyn säger högst %(hours)s timmar. Lova samma tid eller kortare.") % {"hours": most},
            )

    # --- A new channel ------------------------------------------------------------------------------------------------
    def _new(self, name: str, platform: Platform, account: CanonicalAccount | None) -> None:
        cells, said = self.cells, self._said()
        status = cells.text("status").casefold()
        if status and status not in {*_words(Channel.Status.ACTIVE), "aktiv", "öppen", "open"}:
            cells.error(
                "status", _("En ny kanal läggs in som öppen. Ta bort raden om kanalen är avslutad eller inte finns än.")
            )
        missing = [key for key in NEEDED if not said.get(key) and not (key == "address" and account)]
        said["owner"] = said.get("owner") or self.defaults.owner_id
        said["unit"] = said.get("unit") or self.defaults.unit_id
        self._check_people(said["owner"], said.get("deputy"), owner_new=True, deputy_new=True)
        self._check_promise(said.get("reply_hours"), said["unit"], platform)
        if not said.get("controller"):
            committee = self.register.units.committee_of(self.register.units.by_id[said["unit"]])
            said["controller"] = committee.pk if committee else None
        opened = said.get("opened_on") or self.defaults.today
        self.found.values = {
            "name": name,
            "platform": platform.pk,
            "visibility": str(Channel.Visibility.PUBLIC),
            "languages": ["sv"],
            **said,
            "opened_on": opened.isoformat(),
            "address": _address(account),
        }
        self.found.missing = missing
        if missing:
            words = ", ".join(str(NEEDED[key]) for key in missing)
            cells.remark(
                "", _("Saknas: %(what)s. Kanalen läggs in ändå, och det som saknas blir uppgifter.") % {"what": words}
            )

    # --- One that is in the register ----------------------------------------------------------------------------------
    def _existing(self, channel: Channel, name: str, platform: Platform, account: CanonicalAccount | None) -> None:
        cells, said = self.cells, self._said()
        self.found.target = channel.pk
        status = cells.text("status").casefold()
        if status and status not in _words(channel.status):
            cells.error(
                "status",
                _("Läget ändras inte genom import. Kanalens läge är ”%(status)s”.")
                % {"status": channel.get_status_display()},
            )
        if name:
            cells.compare("name", channel.name, name)
        self._compare_address(channel, account)
        self._compare_organisation(channel, said)
        for key in (*TEXTS, "reply_hours", "visibility"):
            if key in said:
                self._compare_plain(channel, key, said[key])
        if "languages" in said:
            cells.compare(
                "languages",
                channel.languages,
                said["languages"],
                shown=(" ".join(channel.languages), " ".join(said["languages"])),
            )
        if "opened_on" in said and said["opened_on"] != channel.opened_on:
            cells.compare(
                "opened_on", channel.opened_on and channel.opened_on.isoformat(), said["opened_on"].isoformat()
            )
        if self.found.values and channel.status == Channel.Status.CLOSED:
            cells.error("", _("Kanalen är avslutad och ändras inte."))
        changed = self.found.values
        self._check_people(
            changed.get("owner", channel.owner_id),
            changed.get("deputy", channel.deputy_id),
            owner_new="owner" in changed,
            deputy_new="deputy" in changed,
        )
        self._check_promise(changed.get("reply_hours"), changed.get("unit", channel.unit_id), platform)

    def _compare_plain(self, channel: Channel, key: str, new: Any) -> None:
        today = getattr(channel, key)
        if key == "visibility":
            labels = dict(Channel.Visibility.choices)
            self.cells.compare(key, today, new, shown=(str(labels[today]), str(labels[new])))
        else:
            self.cells.compare(key, today, new)

    def _compare_address(self, channel: Channel, account: CanonicalAccount | None) -> None:
        current = self.register.addresses.get(channel.pk)
        if account is None or (current is not None and current.handle_key == account.handle_key):
            return
        self.found.values["address"] = _address(account)
        self.found.changes.append((_("Kontots adress"), current.url if current else "", account.url))
        if current is not None:
            self.cells.remark("address", _("Den gamla adressen står kvar i registret, med sista dag i dag."))

    def _compare_organisation(self, channel: Channel, said: dict[str, Any]) -> None:
        cells, people, units = self.cells, self.register.people, self.register.units
        for key in ("owner", "deputy"):
            if key in said:
                today, new = getattr(channel, f"{key}_id"), said[key]
                cells.compare(key, today, new, shown=(people.shown(today), people.shown(new)))
        for key in ("unit", "controller"):
            if key in said:
                today, new = getattr(channel, f"{key}_id"), said[key]
                cells.compare(key, today, new, shown=(units.shown(today), units.shown(new)))
        if "administrators" in said:
            have = self.register.administrators.get(channel.pk, set())
            new_set = set(said["administrators"]) | (set() if self.administrators_complete else have)
            shown = tuple(", ".join(sorted(people.shown(pk) for pk in who)) for who in (have, new_set))
            cells.compare("administrators", sorted(have), sorted(new_set), shown=(shown[0], shown[1]))


def _words(status: str) -> set[str]:
    return {status, str(Channel.Status(status).label).casefold()}


def _address(account: CanonicalAccount | None) -> dict[str, str] | None:
    if account is None:
        return None
    return {
        "handle": account.handle,
        "handle_key": account.handle_key,
        "skeleton": account.skeleton,
        "url": account.url,
        "platform_account_id": account.platform_account_id,
    }
