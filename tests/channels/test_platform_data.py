"""The platforms as data: complete, consistent, and every example is an account of its own platform."""

import csv
import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from channels.addresses import parse_account
from channels.platform_specs import DATA, PlatformSpec, load_platform_specs, read_platforms

SPECS = load_platform_specs()
REAL = Path(__file__).parents[1] / "data" / "real_channels.csv"
IN_USE = {
    "facebook", "instagram", "x", "youtube", "linkedin", "tiktok", "threads", "snapchat", "bluesky", "mastodon", "blog",
    "wikipedia", "podcast", "chat", "learning", "other",
}  # fmt: skip


def test_every_platform_that_municipalities_use_is_there():
    assert set(SPECS.by_key) >= IN_USE


@pytest.mark.parametrize("spec", SPECS.all, ids=lambda spec: spec.key)
def test_the_example_beside_the_field_is_an_account_of_the_platform(spec):
    account = parse_account(spec.example, SPECS, spec.key)
    assert account.platform == spec.key
    assert parse_account(account.url, SPECS, spec.key) == account


@pytest.mark.parametrize("spec", SPECS.all, ids=lambda spec: spec.key)
def test_a_spec_has_words_in_both_languages(spec):
    assert {spec.hint[-1], spec.hint_en[-1]} == {"."}
    assert spec.handle_help or spec.web


@pytest.mark.parametrize("spec", [spec for spec in SPECS if not spec.web], ids=lambda spec: spec.key)
def test_no_reserved_word_is_an_account(spec):
    taken = [word for word in spec.reserved if _parses_as_account(spec, word)]
    assert taken == []


def _parses_as_account(spec: PlatformSpec, word: str) -> bool:
    try:
        return parse_account(f"https://{spec.hosts[0]}/{word}", SPECS).platform == spec.key
    except ValueError:
        return False


def rows() -> list[dict[str, str]]:
    with REAL.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['municipality']}-{row['channel_name']}")
def test_what_municipalities_call_their_platforms_is_understood(row):
    word = row["platform"].casefold()
    assert word in SPECS.by_name or word == "egen bloggplattform"


@pytest.mark.parametrize("row", [row for row in rows() if row["handle"]], ids=lambda row: row["handle"])
def test_addresses_from_municipal_lists_are_read(row):
    platform = SPECS.by_name[row["platform"].casefold()].key
    for text in filter(None, (row["url"], row["handle"], f"@{row['handle']}", f"{row['platform']}: @{row['handle']}")):
        account = parse_account(text, SPECS, platform)
        assert (account.platform, account.handle_key) == (platform, row["handle"])


BROKEN = [
    ("unknown key", lambda p: p.update(colour="blue"), "colour"),
    ("no example", lambda p: p.pop("example"), "example"),
    ("pattern that does not compile", lambda p: p["accounts"][0].update(path="/(?P<handle>"), "path"),
    ("pattern without a group", lambda p: p["accounts"][-1].update(path="/x"), "named group"),
    ("host with a scheme", lambda p: p.update(hosts=["https://facebook.com"]), "host name"),
    ("no pattern", lambda p: p.update(accounts=[]), "account patterns"),
    ("address without https", lambda p: p["accounts"][-1].update(url="http://x/{handle}"), "url"),
]


@pytest.mark.parametrize(("spoil", "named"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_platform_is_refused_and_the_key_is_named(spoil, named):
    platform = tomllib.loads(DATA.read_text(encoding="utf-8"))["platforms"][0]
    spoil(platform)
    with pytest.raises(ValidationError, match=named):
        PlatformSpec.model_validate(platform)


def test_two_platforms_cannot_claim_the_same_host():
    text = DATA.read_text(encoding="utf-8").replace('hosts = ["snapchat.com"]', 'hosts = ["facebook.com"]')
    with pytest.raises(ValueError, match=r"facebook\.com is claimed by both"):
        read_platforms(text)
