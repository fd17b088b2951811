"""One post, however its address was copied."""

from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.links import quoted, read_link
from moderation.addresses import AddressError, parse_post

SAME = [
    (
        "https://www.facebook.com/ekhult/posts/1047",
        "m.facebook.com/ekhult/posts/1047/",
        "https://facebook.com/ekhult/posts/1047?__tn__=-R&fbclid=x",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Ffacebook.com%2Fekhult%2Fposts%2F1047",
    ),
    (
        "https://www.instagram.com/p/C0dEfG/",
        "instagram.com/p/C0dEfG?igsh=abc",
        "https://WWW.INSTAGRAM.COM/p/C0dEfG/?utm_source=ig_web_copy_link",
    ),
    (
        "https://x.com/ekhult/status/17",
        "https://twitter.com/ekhult/status/17?s=20",
        "mobile.twitter.com/ekhult/status/17",
    ),
    ("https://www.youtube.com/watch?v=abc123&lc=Ugx", "https://m.youtube.com/watch?lc=Ugx&v=abc123&feature=share"),
    ("https://forum.example/trad/7", "http://www.forum.example/trad/7/#svar"),
]
DIFFERENT = [
    ("https://www.instagram.com/p/C0dEfG/", "https://www.instagram.com/p/c0defg/"),
    ("https://facebook.com/ekhult/posts/1?comment_id=2", "https://facebook.com/ekhult/posts/1?comment_id=3"),
    ("https://facebook.com/ekhult/posts/1?comment_id=2", "https://facebook.com/ekhult/posts/1"),
    ("https://x.com/ekhult/status/17", "https://x.com/ekhult/status/18"),
]


@pytest.mark.parametrize("addresses", SAME)
def test_however_it_was_copied_it_is_the_same_post(addresses):
    assert len({parse_post(each).key for each in addresses}) == 1


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_post_is_another(one, other):
    assert parse_post(one) != parse_post(other)


@pytest.mark.parametrize(
    ("address", "item"),
    [
        ("https://facebook.com/ekhult/posts/1047?comment_id=22", "22"),
        ("https://facebook.com/permalink.php?story_fbid=5&id=7", "5"),
        ("https://x.com/ekhult/status/17", "17"),
        ("https://www.youtube.com/watch?v=abc123", "abc123"),
        ("https://facebook.com/ekhult", ""),
        ("https://forum.example/trad/7", ""),
    ],
)
def test_the_platforms_own_number_is_found(address, item):
    assert parse_post(address).item_id == item


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hej",
        "två ord",
        "javascript:alert(1)",
        "https://user@evil.example/",
        "https://127.0.0.1/x",
        "a" * 3000,
        "@ekhult",
    ],
)
def test_what_is_no_address_is_refused_in_words(text):
    with pytest.raises(AddressError):
        parse_post(text)


@example("forum.example/trad/7)?")  # the bracket belongs to the path, and is no end of a sentence around it
@given(
    text=st.text(max_size=80)
    | st.from_regex(r"https://(www\.)?(facebook|x|instagram)\.com/[ -~]{0,60}", fullmatch=True)
)
def test_any_text_is_read_or_refused_and_reading_it_again_changes_nothing(text):
    try:
        post = parse_post(text)
    except AddressError:
        return
    assert parse_post(post.url).key == post.key


PIECES = st.lists(
    st.sampled_from(["a", "å", "1", "=", "&", "+", "%20", "%C3%A5", "%", ";", "/", "..", ".", "~", " "]), max_size=12
)


@given(pieces=PIECES)
def test_what_needs_no_decoding_is_read_as_if_it_were_decoded(pieces):
    """The short ways for the many plain addresses of a file say what the long ways say."""
    text = "".join(pieces)
    try:
        link = read_link(f"example.se/{text}?{text}")
    except AddressError:
        return
    try:
        assert link.parameters == tuple(parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="strict"))
    except UnicodeDecodeError:
        assert link.parameters == ()
    assert quoted(text, keep="/") == quote(text, safe="@:.~_-()!$&+=/")
    assert quoted(text) == quote(text, safe="@:.~_-()!$&+=")


@given(pieces=PIECES)
def test_a_parameter_is_written_as_a_query_writes_it(pieces):
    value = "".join(pieces)
    post = parse_post(f"https://forum.example/trad?id={quote(value)}&sida=1")
    kept = [(key, each) for key, each in [("id", value), ("sida", "1")] if each]
    assert post.key == f"forum.example/trad?{urlencode(kept, quote_via=quote)}"
