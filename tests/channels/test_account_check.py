"""Is the account ours? Five answers that differ, none wrong, and none at all when nobody could know."""

import string
import time
from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.account_check import (
    AccountIndex,
    Kind,
    RegisteredAccount,
    Verdict,
    _near,
    check_account,
    explanation,
    headline,
)
from channels.addresses import load_platform_specs, parse_account
from channels.confusables import skeleton
from tests.channels.test_addresses_any_text import HINTS, HOSTILE, spellings

SPECS = load_platform_specs()
TODAY = date(2026, 11, 20)
OPENED, CLOSED = date(2013, 2, 1), date(2024, 6, 30)


def ours(text: str, channel: int, *, hint: str | None = None, **more) -> RegisteredAccount:
    account = parse_account(text, SPECS, hint)
    values = {
        "valid_from": OPENED,
        "channel_name": f"Kanal {channel}",
        "platform_account_id": account.platform_account_id,
    }
    return RegisteredAccount(
        platform=account.platform or "",
        handle=account.handle,
        handle_key=account.handle_key,
        skeleton=account.skeleton,
        url=account.url,
        channel=channel,
        **values | more,
    )


FACEBOOK = ours("facebook.com/tibrokommun", 1)
INSTAGRAM = ours("instagram.com/tibrokommun", 2)
LIBRARY = ours("instagram.com/tibro.bibliotek", 3)
YOUTUBE = ours("youtube.com/@TibroKommun1", 4)
TWITTER = ours("twitter.com/tibro_kommun", 5, valid_to=CLOSED, successor=2)
OLD_LIBRARY = ours("instagram.com/tibrobibblan", 3, valid_to=CLOSED)
BLOG = ours("https://skolbloggen.tibro.se/forskolan", 6, hint="blog")
BLOGSPOT = ours("https://norabloggen.blogspot.com", 7)
WIKIPEDIA = ours("sv.wikipedia.org/wiki/Tibro", 12)
MASTODON = ours("@info@social.tibro.se", 13)
LINKEDIN = ours("linkedin.com/company/tibro-kommun", 8)
HIDDEN = ours("facebook.com/tibrokommunen", 9, listed=False)  # two letters from the listed one
HIDDEN_TIKTOK = ours("tiktok.com/@tibrokommun", 10, listed=False)
FUTURE = ours("threads.com/@tibronytt", 11, valid_from=date(2027, 1, 1))
REGISTER = [
    FACEBOOK, INSTAGRAM, LIBRARY, YOUTUBE, TWITTER, OLD_LIBRARY, BLOG, BLOGSPOT, LINKEDIN, WIKIPEDIA, MASTODON,
    HIDDEN, HIDDEN_TIKTOK, FUTURE,
]  # fmt: skip
INDEX = AccountIndex(REGISTER, SPECS, TODAY)


def ask(text: str, hint: str | None = None) -> Verdict:
    return check_account(text, INDEX, SPECS, today=TODAY, platform_hint=hint)


ANSWERS = [
    # Ours.
    ("https://m.facebook.com/Tibro.Kommun/?fbclid=x", Kind.OFFICIAL, [FACEBOOK]),
    ("facebook: @tibrokommun", Kind.OFFICIAL, [FACEBOOK]),
    ("instagram.com/tibrokommun", Kind.OFFICIAL, [INSTAGRAM]),
    ("https://skolbloggen.tibro.se/forskolan/", Kind.OFFICIAL, [BLOG]),
    ("https://skolbloggen.tibro.se/forskolan/nyheter?utm_source=x", Kind.OFFICIAL, [BLOG]),
    ("http://norabloggen.blogspot.se/?m=1", Kind.OFFICIAL, [BLOGSPOT]),
    ("@tibro.bibliotek", Kind.OFFICIAL, [LIBRARY]),
    # Was ours.
    ("https://x.com/tibro_kommun", Kind.WAS_OFFICIAL, [TWITTER]),
    ("https://twitter.com/Tibro_Kommun", Kind.WAS_OFFICIAL, [TWITTER]),
    ("tibro_kommun", Kind.WAS_OFFICIAL, [TWITTER]),  # by that very name there has only been the one
    ("@tibrobibblan", Kind.WAS_OFFICIAL, [OLD_LIBRARY]),
    # The right name in the wrong place.
    ("https://x.com/tibrokommun", Kind.WRONG_PLATFORM, [FACEBOOK, INSTAGRAM]),
    ("https://www.snapchat.com/add/tibrokommun", Kind.WRONG_PLATFORM, [FACEBOOK, INSTAGRAM]),
    ("https://tibrokommun.blogspot.com", Kind.WRONG_PLATFORM, [FACEBOOK, INSTAGRAM]),
    ("@tibrokommun@mastodon.social", Kind.WRONG_PLATFORM, [FACEBOOK, INSTAGRAM]),
    ("tibrokommun.bsky.social", Kind.WRONG_PLATFORM, [FACEBOOK, INSTAGRAM]),
    ("t.me/norabloggen", Kind.WRONG_PLATFORM, [BLOGSPOT]),
    # Look-alikes.
    ("facebook.com/tibrokommvn", Kind.LOOKALIKE, None),
    ("facebook.com/t1brokommun", Kind.LOOKALIKE, None),
    ("facebook.com/tlbrok0mmun", Kind.LOOKALIKE, None),
    ("facebook.com/tibrokornmun", Kind.LOOKALIKE, None),
    ("facebook.com/t\u0456br\u043ek\u043emmun", Kind.LOOKALIKE, None),
    ("facebook.com/\u03c4ibrokommun", Kind.LOOKALIKE, None),
    ("https://facebook.com/tibrok%C3%B6mmun", Kind.LOOKALIKE, None),
    ("facebook.com/tibrokommunofficiell", Kind.LOOKALIKE, None),
    ("instagram.com/tibrokommun_support", Kind.LOOKALIKE, None),
    ("instagram.com/tibro_kommun_2", Kind.LOOKALIKE, None),
    ("instagram.com/the.tibrokommun", Kind.LOOKALIKE, None),
    ("x.com/tirbokommun", Kind.LOOKALIKE, None),
    ("linkedin.com/in/tibro-kommun", Kind.LOOKALIKE, None),
    ("@tibrokomnun", Kind.LOOKALIKE, None),
    ("https://n0rabloggen.blogspot.com", Kind.LOOKALIKE, [BLOGSPOT]),
    ("https://skolbloggen.tibro.nu/forskolan", Kind.LOOKALIKE, [BLOG]),
    ("https://faceb00k.com/tibrokommun", Kind.LOOKALIKE, None),
    ("https://facebook.com.ond.example/tibrokommun", Kind.LOOKALIKE, None),
    ("https://facebook-login.example/tibrokommun", Kind.LOOKALIKE, None),
    # Nothing we know of, and nothing we accuse.
    ("facebook.com/nagonannan", Kind.UNKNOWN, []),
    ("@nagonannan", Kind.UNKNOWN, []),
    ("facebook.com/tibroridklubb", Kind.UNKNOWN, []),
    ("facebook.com/tibrokommun.bibliotek", Kind.UNKNOWN, []),
    ("https://www.tibro.se", Kind.UNKNOWN, []),
    ("https://skolbloggen.tibro.se/annat", Kind.UNKNOWN, []),
    ("https://www.dn.se/nyheter", Kind.UNKNOWN, []),
    ("https://morabloggen.blogspot.com", Kind.UNKNOWN, []),  # Mora is a municipality, not Nora misspelt
    ("facebook.com/tierpkommun", Kind.UNKNOWN, []),  # two letters from Tibro, and somebody else's
    ("threads.com/@tibronytt", Kind.UNKNOWN, []),  # not ours yet
    ("https://no.wikipedia.org/wiki/Tibro", Kind.UNKNOWN, []),  # an article in another language, no imitation
    ("facebook.com/tibro", Kind.UNKNOWN, []),
    ("https://sv.wikipedia.org/wiki/Tibrokommun", Kind.UNKNOWN, []),
    ("@info@mastodon.nu", Kind.UNKNOWN, []),  # a name that everybody has
    # Ours, but not for the public to see: no word of it, and no false accusation.
    ("facebook.com/tibrokommunen", Kind.UNKNOWN, []),
    ("https://www.tiktok.com/@tibrokommun", Kind.UNKNOWN, []),
    ("@tibrokommunen", Kind.UNKNOWN, []),
    # No verdict.
    ("", Kind.CANNOT_TELL, []),
    ("https://www.facebook.com/tibrokommun/posts/1", Kind.CANNOT_TELL, []),
    ("https://youtu.be/abc", Kind.CANNOT_TELL, []),
    ("https://bit.ly/3abc", Kind.CANNOT_TELL, []),
    ("https://facebook.com@ond.example/tibrokommun", Kind.CANNOT_TELL, []),
    ("Tibro kommun", Kind.CANNOT_TELL, []),
    ("@tibrokommun", Kind.CANNOT_TELL, [FACEBOOK, INSTAGRAM]),
    ("https://www.facebook.com/profile.php?id=100064512345678", Kind.CANNOT_TELL, []),
    ("https://www.youtube.com/c/tibrokommun1", Kind.CANNOT_TELL, []),
    ("https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv", Kind.CANNOT_TELL, []),
]


@pytest.mark.parametrize(("text", "kind", "about"), ANSWERS, ids=[ascii(row[0]) for row in ANSWERS])
def test_the_answer_is_the_right_one(text, kind, about):
    verdict = ask(text)
    assert verdict.kind == kind
    if about is not None:
        assert list(verdict.matches) == about
    assert kind is Kind.CANNOT_TELL or bool(verdict.matches) == (kind is not Kind.UNKNOWN)
    assert bool(verdict.why) == (kind is Kind.CANNOT_TELL)


def test_an_old_address_names_its_date_and_what_came_after():
    closed = ask("https://twitter.com/tibro_kommun")
    assert (closed.until, closed.successor) == (CLOSED, INSTAGRAM)
    renamed = ask("instagram.com/tibrobibblan")
    assert (renamed.until, renamed.successor) == (CLOSED, LIBRARY)


def test_a_successor_that_is_not_listed_is_not_named():
    closed = ours("twitter.com/tibro", 1, valid_to=CLOSED, successor=9)
    verdict = check_account("x.com/tibro", [closed, HIDDEN], SPECS, today=TODAY)
    assert (verdict.kind, verdict.successor) == (Kind.WAS_OFFICIAL, None)


def test_an_address_that_changes_hands_today_is_ours_in_one_place_only():
    before, after = (
        ours("instagram.com/tibrogammal", 1, valid_to=TODAY),
        ours("instagram.com/tibro_ny_adress", 1, valid_from=TODAY),
    )
    answers = [check_account(each.url, [before, after], SPECS, today=TODAY).kind for each in (before, after)]
    assert answers == [Kind.WAS_OFFICIAL, Kind.OFFICIAL]


@pytest.mark.parametrize(
    "text", ["https://www.tibro.se", "tibro.se/bygga-bo", "tibro.se", "https://e-tjanst.tibro.se/x"]
)
def test_our_own_site_is_no_account_and_nothing_to_warn_of(text):
    index = AccountIndex(REGISTER, SPECS, TODAY, "https://www.tibro.se/")
    verdict = check_account(text, index, SPECS, today=TODAY)
    assert (verdict.kind, verdict.code) == (Kind.CANNOT_TELL, "own_site")
    for other in ("https://tibro.se.ond.example", "https://xtibro.se", "https://skolbloggen.tibro.nu/forskolan"):
        assert check_account(other, index, SPECS, today=TODAY).code != "own_site"
    assert check_account(BLOG.url, index, SPECS, today=TODAY).kind is Kind.OFFICIAL


def test_a_name_we_gave_up_stays_given_up_although_another_platform_has_it():
    register = [ours("x.com/tibrokommun", 1, valid_to=CLOSED), ours("instagram.com/tibrokommun", 2)]
    assert check_account("x.com/tibrokommun", register, SPECS, today=TODAY).kind is Kind.WAS_OFFICIAL
    name = check_account("@tibrokommun", register, SPECS, today=TODAY)
    assert (name.kind, set(name.matches)) == (Kind.CANNOT_TELL, set(register))


def test_an_account_that_moved_between_channels_is_ours():
    register = [ours("x.com/tibrokommun", 1, valid_to=CLOSED), ours("x.com/tibrokommun", 2)]
    for text in ("x.com/tibrokommun", "@tibrokommun"):
        verdict = check_account(text, register, SPECS, today=TODAY)
        assert (verdict.kind, list(verdict.matches)) == (Kind.OFFICIAL, register[1:])


def test_an_account_that_was_listed_and_now_is_hidden_gets_no_word():
    register = [ours("x.com/tibrokommun", 1, valid_to=CLOSED), ours("x.com/tibrokommun", 2, listed=False)]
    assert check_account("x.com/tibrokommun", register, SPECS, today=TODAY) == Verdict(
        Kind.UNKNOWN, parse_account("x.com/tibrokommun", SPECS)
    )


def test_the_permanent_id_recognises_an_account_under_any_name():
    channel = ours("youtube.com/@tibrokommun", 1, platform_account_id="UCabcdefghijklmnopqrstuv")
    for text in ("youtube.com/channel/UCabcdefghijklmnopqrstuv", "youtube.com/@tibrokommun"):
        assert check_account(text, [channel], SPECS, today=TODAY).kind is Kind.OFFICIAL
    other = check_account("youtube.com/channel/UCzzzzzzzzzzzzzzzzzzzzzz", [channel], SPECS, today=TODAY)
    assert other.kind is Kind.UNKNOWN


def test_an_account_known_by_its_number_alone_makes_every_name_there_uncertain():
    listed = [ours("facebook.com/profile.php?id=100064512345678", 1), INSTAGRAM]
    assert check_account("facebook.com/tibrokommun", listed, SPECS, today=TODAY).kind is Kind.CANNOT_TELL
    hidden = [ours("facebook.com/profile.php?id=100064512345678", 1, listed=False), INSTAGRAM]
    assert check_account("facebook.com/tibrokommun", hidden, SPECS, today=TODAY).kind is Kind.UNKNOWN


@pytest.mark.parametrize("text", [row[0] for row in ANSWERS])
def test_what_is_hidden_is_in_no_answer_and_changes_none(text):
    def without(verdict: Verdict) -> tuple[object, ...]:
        return (verdict.kind, verdict.matches, verdict.until, verdict.successor, verdict.why)

    verdict = ask(text)
    assert all(each.listed for each in verdict.matches)
    if verdict.kind is not Kind.UNKNOWN:  # only the accusations that would have been false are taken back
        listed = [each for each in REGISTER if each.listed]
        assert without(check_account(text, listed, SPECS, today=TODAY)) == without(verdict)


@pytest.mark.parametrize(("text", "kind", "about"), ANSWERS, ids=[ascii(row[0]) for row in ANSWERS])
def test_every_answer_has_words(text, kind, about):
    verdict = ask(text)
    sentences = [headline(verdict), *explanation(verdict, SPECS)]
    assert all(sentence.endswith(".") or verdict.why == sentence for sentence in sentences)
    assert not any("%(" in sentence or "None" in sentence for sentence in sentences)
    starts = {Kind.OFFICIAL: "Ja", Kind.WAS_OFFICIAL: "Nej", Kind.WRONG_PLATFORM: "Nej", Kind.LOOKALIKE: "Nej"}
    assert sentences[0].startswith(starts.get(verdict.kind, ("Kontot står", "Vi kan inte")))


def test_the_words_name_the_day_and_the_new_account():
    assert explanation(ask("https://x.com/tibro_kommun"), SPECS) == [
        "Kontot var vårt fram till den 30 juni 2024.",
        "Det som publiceras där nu kommer inte från kommunen.",
        "Nu heter vi @tibrokommun på Instagram.",
    ]


# --- Whatever is pasted -----------------------------------------------------------------------------------------------
@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from([FACEBOOK, INSTAGRAM]))
def test_every_spelling_of_an_official_account_is_official(data, account):
    verdict = ask(data.draw(spellings("tibrokommun", account.platform)))
    assert (verdict.kind, verdict.matches) == (Kind.OFFICIAL, (account,))


OUR_KEYS = {(each.platform, each.handle_key) for each in REGISTER if each.listed and each.is_current(TODAY)}


@settings(max_examples=800, deadline=None)
@given(
    st.one_of(HOSTILE, st.text(max_size=20).map("facebook.com/{}".format), st.text(max_size=20).map("@{}".format)),
    HINTS,
)
def test_nothing_is_called_official_that_is_not_in_the_register(text, hint):
    verdict = ask(text, hint)
    if verdict.kind is not Kind.OFFICIAL:
        return
    account = verdict.account
    names = {each.handle.casefold() for each in verdict.matches}
    if account.platform is None:
        assert account.handle_key in names | {each.handle_key for each in verdict.matches}
    else:
        assert any(
            (account.platform, account.handle_key) == key or account.handle_key.startswith(f"{key[1]}/")
            for key in OUR_KEYS
        )


@st.composite
def misspellings(draw) -> str:
    """Our name with one or two letters changed. Letters that would melt into their neighbours (rn, vv) are left out."""
    name = list("tibrokommun")
    for _round in range(draw(st.integers(1, 2))):
        place = draw(st.integers(0, len(name) - 1))
        name[place] = draw(st.sampled_from(sorted({*string.ascii_lowercase, *string.digits} - set("rnv"))))
    return "".join(name)


@settings(max_examples=400, deadline=None)
@given(
    misspellings().filter(lambda name: name != "tibrokommun" and not name.startswith("tierp")),
    st.sampled_from(["facebook.com", "instagram.com", "x.com"]),
)
def test_a_misspelt_name_of_ours_is_never_official_and_always_noticed(name, host):
    assert ask(f"https://{host}/{name}").kind is Kind.LOOKALIKE


# --- Skeletons, distance, speed ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tibro", "TlBR0"),
        ("modern", "modem"),
        ("vvebb", "webb"),
        ("å.ä_ö", "aao"),
        ("раураӏ", "paypal"),
        ("τακ", "tak"),
    ],
)
def test_names_that_look_alike_have_one_skeleton(one, other):
    assert skeleton(one) == skeleton(other)


@given(st.text(max_size=40))
def test_a_skeleton_does_not_depend_on_letter_case(text):
    assert skeleton(text.casefold()) == skeleton(text)
    assert len(skeleton(text * 20)) <= 300


@cache
def slow_edits(one: str, other: str) -> int:
    if not one or not other:
        return len(one) + len(other)
    best = min(
        slow_edits(one[1:], other) + 1,
        slow_edits(one, other[1:]) + 1,
        slow_edits(one[1:], other[1:]) + (one[0] != other[0]),
    )
    if len(one) > 1 and len(other) > 1 and one[0] == other[1] and one[1] == other[0]:
        best = min(best, slow_edits(one[2:], other[2:]) + 1)
    return best


@settings(deadline=None)
@given(st.text("abc", min_size=8, max_size=10), st.lists(st.sampled_from("abc"), max_size=10))
def test_names_at_most_two_edits_away_are_near_and_no_others(one, changed):
    other = "".join(changed) + one[len(changed) :]
    distance = slow_edits(one, other)
    assert list(_near(other, [one])) == ([(one, distance)] if 0 < distance <= 2 else [])


def test_ten_thousand_accounts_are_searched_in_a_blink():
    words = ["bibliotek", "skola", "forskola", "museum", "fritid", "kultur", "naringsliv", "turism", "vatten", "omsorg"]
    register = [ours(f"instagram.com/tibro.{words[n % 10]}.{n:05d}", n) for n in range(10_000)]
    index = AccountIndex(register, SPECS, TODAY)
    questions = [
        "instagram.com/tibro.bibliotek.12345x",
        "facebook.com/tibro.skola.00002",
        "@tibro.museum.99999",
        "x.com/nagonannan",
    ]
    for question in questions:
        assert min(_seconds(question, index) for _round in range(5)) < 0.05


def _seconds(question: str, index: AccountIndex) -> float:
    started = time.perf_counter()
    check_account(question, index, SPECS, today=TODAY)
    return time.perf_counter() - started
