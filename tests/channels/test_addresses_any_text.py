"""Whatever people paste: every spelling of an account is the same account, and no text breaks anything."""

import string
import unicodedata

from hypothesis import example, given, settings
from hypothesis import strategies as st

from channels.addresses import AddressError, load_platform_specs, parse_account

SPECS = load_platform_specs()


NAMES = st.text(string.ascii_lowercase + string.digits, min_size=5, max_size=15).filter(
    lambda name: (
        not name.isdigit() and name[0].isalpha() and not any(name in spec.reserved + spec.tabs for spec in SPECS)
    )
)
HOSTS = {
    "facebook": ["facebook.com", "www.facebook.com", "m.facebook.com", "sv-se.facebook.com", "fb.com"],
    "instagram": ["instagram.com", "www.instagram.com", "m.instagram.com"],
    "x": ["x.com", "www.x.com", "twitter.com", "mobile.twitter.com"],
    "youtube": ["youtube.com/@", "www.youtube.com/@", "m.youtube.com/@"],
    "linkedin": ["linkedin.com/company", "www.linkedin.com/company", "se.linkedin.com/company"],
    "tiktok": ["tiktok.com/@", "www.tiktok.com/@", "m.tiktok.com/@"],
    "threads": ["threads.com/@", "www.threads.net/@"],
    "snapchat": ["snapchat.com/add", "www.snapchat.com/@"],
    "telegram": ["t.me", "telegram.me", "t.me/s"],
    "pinterest": ["pinterest.com", "www.pinterest.se", "se.pinterest.com"],
}


@st.composite
def spellings(draw, name: str, platform: str) -> str:
    """One of the ways in which people write the address of an account."""
    base = draw(st.sampled_from(HOSTS[platform]))
    cased = draw(st.sampled_from([name, name.upper(), name.title()]))
    base = draw(st.sampled_from([base, base.upper()])) if "company" not in base else base
    link = f"{base}{cased}" if base.endswith("@") else f"{base}/{cased}"
    link = draw(st.sampled_from(["", "http://", "https://", "HTTPS://", "//"])) + link
    link += draw(st.sampled_from(["", "/", "//"]))
    link += draw(
        st.sampled_from(["", "?fbclid=IwAR1", "?igsh=abc&utm_source=qr", "?s=20&t=x", "?lang=sv&hl=sv", "?si=1"])
    )
    link += draw(st.sampled_from(["", "#", "#start"]))
    return draw(
        st.sampled_from(["{}", " {} ", "<{}>", "\u200b{}", "\u202a{}\u202c", "[länk]({})", "'{}'", "{}\n"])
    ).format(link)


@settings(max_examples=400, deadline=None)
@given(st.data(), NAMES, st.sampled_from(sorted(HOSTS)))
def test_every_spelling_of_an_account_is_the_same_account(data, name, platform):
    known = parse_account(f"@{name}", SPECS, platform)
    pasted = parse_account(data.draw(spellings(name, platform)), SPECS)
    assert pasted == known
    assert (pasted.platform, pasted.skeleton) == (platform, known.skeleton)


PIECES = st.one_of(
    st.sampled_from(
        [
            "https://",
            "http:",
            "//",
            "/",
            "@",
            "?",
            "#",
            "%",
            "%2F",
            "\\",
            ":",
            ".",
            "..",
            "www.",
            "facebook.com",
            "x.com",
            "m.",
            "l.php?u=",
            "mastodon.nu",
            "wiki/",
            "sv.wikipedia.org",
            "blogspot.se",
            "profile.php?id=",
            "next=",
            "&",
            "=",
            "did:plc:",
            "xn--",
            "[",
            "]",
            "(",
            ")",
            "\x00",
            "\u202e",
            "\u200d",
            "\ud800",
            "\uff0f",
            "。",
            "ß",
            "İ",
            "ı",
            "å",
            "a\u030a",
            "{handle}",
            "{",
            "}",
            "%s",
            "\u2800",
        ]
    ),
    st.text(max_size=8),
    NAMES,
)
HOSTILE = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map("".join))
HINTS = st.sampled_from([None, "nonsense", *SPECS.by_key])


@settings(max_examples=800, deadline=None)
@given(HOSTILE, HINTS, st.booleans())
@example("https://xn--a/x", None, True)
@example("https://xn--99999999/x.se", None, True)
@example("https://facebook.com/{0.__class__}", "facebook", False)
@example("l.facebook.com/l.php?u=" * 40, None, True)
def test_no_text_raises_anything_but_an_address_error(text, hint, strict):
    try:
        account = parse_account(text, SPECS, hint, strict=strict)
    except AddressError:
        return  # the only way out that is allowed
    for shown in (account.handle, account.handle_key, account.url, account.name, account.skeleton):
        shown.encode("utf-8")  # can be stored and sent
        assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in shown)
        assert len(shown) <= 500
    assert max(len(account.handle_key), len(account.handle)) <= 300
    assert len(account.platform_account_id) <= 120


SITES = [
    *SPECS.by_host,
    "sv.wikipedia.org",
    "exempel.blogspot.se",
    "exempel.se",
    "www.blåbär.se",
    "social.exempel.se",
    "open.spotify.com",
]
STEPS = st.one_of(
    st.sampled_from(
        [
            "@",
            "user",
            "c",
            "channel",
            "company",
            "in",
            "add",
            "wiki",
            "profile",
            "photos",
            "s",
            "show",
            "about",
            "..",
            "w",
        ]
    ),
    st.text(string.ascii_letters + string.digits + "._-@åÅßıİ%&=+;:'()!*,~$ \u0301", max_size=12),
    st.text(max_size=4),
    NAMES,
)
PLAUSIBLE = st.builds(
    lambda site, steps, query: f"https://{site}/{'/'.join(steps)}{query}",
    st.sampled_from(SITES),
    st.lists(STEPS, min_size=1, max_size=3),
    st.one_of(
        st.just(""),
        st.builds("?{}={}".format, st.sampled_from(["id", "title", "q", "phone", "å"]), st.text(max_size=8)),
    ),
)


@settings(max_examples=800, deadline=None)
@given(PLAUSIBLE, HINTS)
def test_the_canonical_address_names_the_same_account(text, hint):
    try:
        account = parse_account(text, SPECS, hint)
    except AddressError:
        return
    again = parse_account(account.url, SPECS, account.platform)
    assert (again, again.handle, again.url) == (account, account.handle, account.url)
    assert again.platform_account_id == account.platform_account_id
