"""What people paste becomes one canonical account, or is refused with words that say what to do."""

import pytest

from channels.addresses import AddressError, load_platform_specs, parse_account

SPECS = load_platform_specs()

# text, hint, platform, key, canonical address
READ = [
    (
        "https://www.facebook.com/exempelkommun/",
        None,
        "facebook",
        "exempelkommun",
        "https://www.facebook.com/exempelkommun",
    ),
    ("http://facebook.com/exempelkommun", None, "facebook", "exempelkommun", "https://www.facebook.com/exempelkommun"),
    ("m.facebook.com/Exempel.Kommun?fbclid=IwAR0&locale=sv_SE", None, "facebook", "exempelkommun", None),
    ("https://sv-se.facebook.com/exempelkommun/about", None, "facebook", "exempelkommun", None),
    ("HTTPS://WWW.FACEBOOK.COM/EXEMPELKOMMUN", None, "facebook", "exempelkommun", None),
    ("https://www.facebook.com/pg/exempelkommun/photos/?ref=page_internal", None, "facebook", "exempelkommun", None),
    ("https://www.facebook.com/exempelkommun/posts", None, "facebook", "exempelkommun", None),
    ("https://www.facebook.com/exempelkommun/events/", None, "facebook", "exempelkommun", None),
    ("https://www.facebook.com/exempelkommun/directory_contact_info", None, "facebook", "exempelkommun", None),
    (
        "https://www.facebook.com/pages/category/Government-Organization/Exempels-kommun-123456789012/",
        None,
        "facebook",
        "id:123456789012",
        None,
    ),
    ("m.me/exempelkommun", None, "facebook", "exempelkommun", None),
    (
        "https://www.facebook.com/profile.php?id=100064512345678&sk=about",
        None,
        "facebook",
        "id:100064512345678",
        "https://www.facebook.com/profile.php?id=100064512345678",
    ),
    ("https://www.facebook.com/people/Exempels-kommun/100064512345678/", None, "facebook", "id:100064512345678", None),
    ("https://www.facebook.com/pages/Exempels-kommun/123456789012", None, "facebook", "id:123456789012", None),
    ("https://www.facebook.com/p/Exempels-kommun-100064512345678/", None, "facebook", "id:100064512345678", None),
    ("https://www.facebook.com/Exempels-f%C3%B6rskola-123456789012345/", None, "facebook", "id:123456789012345", None),
    (
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.instagram.com%2Fexempelkommun%2F&h=AT0",
        None,
        "instagram",
        "exempelkommun",
        "https://www.instagram.com/exempelkommun/",
    ),
    (
        "https://www.facebook.com/login/?next=https%3A%2F%2Fwww.facebook.com%2Fexempelkommun",
        None,
        "facebook",
        "exempelkommun",
        None,
    ),
    (
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.facebook.com%2Fexempelkommun%2F&data=05",
        None,
        "facebook",
        "exempelkommun",
        None,
    ),
    ("https://www.google.com/url?q=https://x.com/exempelkommun&sa=D", None, "x", "exempelkommun", None),
    ("facebook: @exempelkommun", None, "facebook", "exempelkommun", None),
    ("Facebook exempelkommun", None, "facebook", "exempelkommun", None),
    ("Instagram: https://www.instagram.com/exempelkommun", None, "instagram", "exempelkommun", None),
    ("https://www.instagram.com/exempel_kommun/?igsh=MWx2&utm_source=qr", None, "instagram", "exempel_kommun", None),
    ("instagram.com/exempel.kommun/reels/", None, "instagram", "exempel.kommun", None),
    ("https://www.instagram.com/accounts/login/?next=%2Fexempelkommun%2F", None, "instagram", "exempelkommun", None),
    ("@exempel.kommun", "instagram", "instagram", "exempel.kommun", None),
    ("https://twitter.com/ExempelKommun?lang=sv", None, "x", "exempelkommun", "https://x.com/ExempelKommun"),
    ("https://mobile.twitter.com/exempelkommun?s=21&t=abc", None, "x", "exempelkommun", "https://x.com/exempelkommun"),
    ("http://twitter.com/#!/exempelkommun", None, "x", "exempelkommun", None),
    ("https://twitter.com/intent/user?screen_name=exempelkommun", None, "x", "exempelkommun", None),
    ("https://x.com/i/user/12345", None, "x", "id:12345", None),
    ("https://x.com/i/flow/login?redirect_after_login=%2Fexempelkommun", None, "x", "exempelkommun", None),
    (
        "https://consent.youtube.com/m?continue=https%3A%2F%2Fwww.youtube.com%2F%40exempelkommun%3Fcbrd%3D1&gl=SE",
        None,
        "youtube",
        "exempelkommun",
        None,
    ),
    (
        "https://studio.youtube.com/channel/UCabcdefghijklmnopqrstuv/videos/upload",
        None,
        "youtube",
        "id:UCabcdefghijklmnopqrstuv",
        None,
    ),
    (
        "https://www.youtube.com/@ExempelKommun/videos?si=abc",
        None,
        "youtube",
        "exempelkommun",
        "https://www.youtube.com/@ExempelKommun",
    ),
    ("https://youtube.com/@kulturhuset%C3%A5", None, "youtube", "kulturhuset\u00e5", None),
    (
        "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv/about",
        None,
        "youtube",
        "id:UCabcdefghijklmnopqrstuv",
        None,
    ),
    ("https://www.youtube.com/user/exempelkommun", None, "youtube", "user:exempelkommun", None),
    ("https://www.youtube.com/c/exempelkommun", None, "youtube", "c:exempelkommun", None),
    ("https://se.linkedin.com/company/exempel-kommun/posts/?feedView=all", None, "linkedin", "exempel-kommun", None),
    ("linkedin.com/school/exempelgymnasiet", None, "linkedin", "school:exempelgymnasiet", None),
    ("linkedin.com/showcase/jobba-i-exempel", None, "linkedin", "showcase:jobba-i-exempel", None),
    ("linkedin.com/company/1234567/admin", None, "linkedin", "id:1234567", None),
    ("linkedin.com/company/1234567/admin/page-posts/published/", None, "linkedin", "id:1234567", None),
    ("company/exempel-kommun", "linkedin", "linkedin", "exempel-kommun", None),
    ("https://www.tiktok.com/@floraexempel?lang=sv-SE&is_from_webapp=1", None, "tiktok", "floraexempel", None),
    (
        "https://www.threads.net/@exempelkommun",
        None,
        "threads",
        "exempelkommun",
        "https://www.threads.com/@exempelkommun",
    ),
    ("https://www.snapchat.com/add/exempelkommun?share_id=x", None, "snapchat", "exempelkommun", None),
    ("https://www.snapchat.com/@exempelkommun", None, "snapchat", "exempelkommun", None),
    ("https://bsky.app/profile/exempelkommun.bsky.social", None, "bluesky", "exempelkommun.bsky.social", None),
    ("@exempelkommun.bsky.social", None, "bluesky", "exempelkommun.bsky.social", None),
    ("https://exempelkommun.bsky.social/", None, "bluesky", "exempelkommun.bsky.social", None),
    ("@exempelkommun.se", "bluesky", "bluesky", "exempelkommun.se", "https://bsky.app/profile/exempelkommun.se"),
    ("did:plc:abcdefghijklmnop", None, "bluesky", "id:did:plc:abcdefghijklmnop", None),
    ("@Exempelkommun@mastodon.nu", None, "mastodon", "exempelkommun@mastodon.nu", "https://mastodon.nu/@Exempelkommun"),
    ("https://social.exempel.se/@kommunen", None, "mastodon", "kommunen@social.exempel.se", None),
    ("https://mastodon.social/@exempelkommun@mastodon.nu", None, "mastodon", "exempelkommun@mastodon.nu", None),
    ("https://mastodon.nu/users/exempelkommun", None, "mastodon", "exempelkommun@mastodon.nu", None),
    ("exempelkommun@mastodon.nu", "mastodon", "mastodon", "exempelkommun@mastodon.nu", None),
    (
        "https://www.flickr.com/people/exempelkommun/",
        None,
        "flickr",
        "exempelkommun",
        "https://www.flickr.com/photos/exempelkommun",
    ),
    ("https://www.flickr.com/photos/12345678@N02/albums", None, "flickr", "id:12345678@N02", None),
    ("https://vimeo.com/exempelkommun", None, "vimeo", "exempelkommun", None),
    ("https://vimeo.com/user1234567", None, "vimeo", "id:1234567", None),
    ("https://se.pinterest.com/exempelkommun/_saved/", None, "pinterest", "exempelkommun", None),
    ("https://whatsapp.com/channel/0029VaAbCdEfGhIjKlMn1z", None, "whatsapp", "id:0029VaAbCdEfGhIjKlMn1z", None),
    ("https://wa.me/+46701234567", None, "whatsapp", "tel:46701234567", None),
    ("https://api.whatsapp.com/send?phone=46701234567", None, "whatsapp", "tel:46701234567", None),
    ("https://t.me/s/exempelkommun", None, "telegram", "exempelkommun", "https://t.me/exempelkommun"),
    (
        "http://exempelbloggen.blogspot.se/?m=1",
        None,
        "blog",
        "exempelbloggen.blogspot.com",
        "https://exempelbloggen.blogspot.com/",
    ),
    ("www.exempel.se/skolbloggen/", "blog", "blog", "exempel.se/skolbloggen", "https://www.exempel.se/skolbloggen"),
    ("http://blåbärsbloggen.se", "blog", "blog", "xn--blbrsbloggen-icbm.se", "https://xn--blbrsbloggen-icbm.se/"),
    ("http://xn--blbrsbloggen-icbm.se/", "blog", "blog", "xn--blbrsbloggen-icbm.se", None),
    ("https://sv.wikipedia.org/wiki/Exempel", None, "wikipedia", "sv:Exempel", None),
    (
        "https://sv.m.wikipedia.org/wiki/exempel_%28ort%29#Historia",
        None,
        "wikipedia",
        "sv:Exempel_(ort)",
        "https://sv.wikipedia.org/wiki/Exempel_(ort)",
    ),
    (
        "https://sv.wikipedia.org/w/index.php?title=Exempels_kommun&action=edit",
        None,
        "wikipedia",
        "sv:Exempels_kommun",
        None,
    ),
    (
        "https://sv.wikipedia.org/wiki/Anv%C3%A4ndare:Exempelkommun",
        None,
        "wikipedia",
        "sv:Användare:Exempelkommun",
        None,
    ),
    (
        "https://open.spotify.com/intl-sv/show/4rOoJ6Egrf8K2IrywzwOMk?si=a1",
        None,
        "podcast",
        "open.spotify.com/show/4rooj6egrf8k2irywzwomk",
        None,
    ),
    (
        "https://podcasts.apple.com/se/podcast/exempelpodden/id1234567890",
        None,
        "podcast",
        "podcasts.apple.com/podcast/id1234567890",
        None,
    ),
    ("https://exempel.se/podd/flode.xml", "podcast", "podcast", "exempel.se/podd/flode.xml", None),
    ("forum.exempel.se/viewforum.php?f=3&utm_campaign=x", "web", "web", "forum.exempel.se/viewforum.php?f=3", None),
    ("https://exempelplattform.se/exempelkommun", None, "other", "exempelplattform.se/exempelkommun", None),
    # As it comes out of mails, documents and phones.
    ("  <https://www.facebook.com/exempelkommun>. ", None, "facebook", "exempelkommun", None),
    ("”https://www.facebook.com/exempelkommun”", None, "facebook", "exempelkommun", None),
    ("[vår sida](https://www.facebook.com/exempelkommun)", None, "facebook", "exempelkommun", None),
    ("https://www.facebook.com/\u200bexempel\u00adkommun\u202e", None, "facebook", "exempelkommun", None),
    ("https://www.facebook.com/%65xempelkommun", None, "facebook", "exempelkommun", None),
    ("https://www.facebook.com//exempelkommun//", None, "facebook", "exempelkommun", None),
    ("https://www.facebook.com/annat/../exempelkommun", None, "facebook", "exempelkommun", None),
    ("//www.facebook.com:443/exempelkommun", None, "facebook", "exempelkommun", None),
    ("ｆａｃｅｂｏｏｋ．ｃｏｍ／ｅｘｅｍｐｅｌｋｏｍｍｕｎ", None, "facebook", "exempelkommun", None),
    ("facebook.com./exempelkommun", None, "facebook", "exempelkommun", None),
]


@pytest.mark.parametrize(("text", "hint", "platform", "key", "url"), READ, ids=[row[0] for row in READ])
def test_real_world_addresses(text, hint, platform, key, url):
    account = parse_account(text, SPECS, hint)
    assert (account.platform, account.handle_key) == (platform, key)
    if url:
        assert account.url == url
    again = parse_account(account.url, SPECS, hint)
    assert (again, again.handle, again.url, again.skeleton) == (account, account.handle, account.url, account.skeleton)


REFUSED = [
    ("", "empty"),
    ("   ", "empty"),
    ("@", "name"),
    ("\u200b", "empty"),
    ("\"'<>", "empty"),
    ("https://www.facebook.com/exempelkommun/posts/pfbid02abc", "post"),
    ("https://www.facebook.com/groups/exempel", "post"),
    ("https://www.facebook.com/events/123", "post"),
    ("https://www.facebook.com/watch/?v=1", "post"),
    ("https://www.facebook.com/permalink.php?story_fbid=1&id=2", "post"),
    ("https://www.facebook.com/share/1AbCdEf/", "share"),
    ("https://fb.watch/abc/", "post"),
    ("https://www.instagram.com/p/Cabc/", "post"),
    ("https://www.instagram.com/exempelkommun/reel/Cabc/", "post"),
    ("https://x.com/exempelkommun/status/1", "post"),
    ("https://x.com/home", "not_account"),
    ("https://x.com/i/lists/1", "post"),
    ("https://www.youtube.com/watch?v=abc", "post"),
    ("https://youtu.be/abc", "post"),
    ("https://www.youtube.com/shorts/abc", "post"),
    ("https://www.linkedin.com/feed/update/urn:li:activity:1", "post"),
    ("https://www.linkedin.com/posts/exempel_x", "post"),
    ("https://www.tiktok.com/@exempel/video/1", "post"),
    ("https://vm.tiktok.com/ZGabc/", "share"),
    ("https://www.threads.com/@exempel/post/C1", "post"),
    ("https://bsky.app/profile/exempel.bsky.social/post/3k", "post"),
    ("https://mastodon.nu/@exempel/1234", "post"),
    ("https://social.exempel.se/@kommun/1234", "post"),
    ("https://www.flickr.com/photos/exempel/1234/", "post"),
    ("https://vimeo.com/1234", "post"),
    ("https://t.me/+abc", "share"),
    ("https://exempel.blogspot.com/2016/05/host.html", "post"),
    ("https://bit.ly/3abc", "share"),
    ("https://lnkd.in/abc", "share"),
    ("https://fb.me/1abcDEF", "share"),
    ("https://www.facebook.com/", "no_account"),
    ("facebook.com", "no_account"),
    ("https://www.facebook.com/help", "not_account"),
    ("https://developers.facebook.com/docs", "not_account"),
    ("https://www.wikipedia.org/", "not_account"),
    ("https://blogspot.com/", "no_account"),
    ("https://www.facebook.com/exempel-kommun", "characters"),
    ("https://x.com/exempel.kommun", "characters"),
    ("https://facebook.com/ex\u0435mpelkommun", "characters"),
    ("https://facebook.com/exempelkommun\u0131", "characters"),
    ("javascript:alert(1)", "scheme"),
    ("data:text/html,x", "scheme"),
    ("ftp://facebook.com/x", "scheme"),
    ("mailto:kommun@exempel.se", "scheme"),
    ("kommun@exempel.se", "email"),
    ("https://facebook.com@ond.example/exempelkommun", "userinfo"),
    ("https://a:b@facebook.com/exempelkommun", "userinfo"),
    ("https://facebook.com\uff0fexempelkommun\uff0f@ond.example/", "misleading"),
    ("https://facebook.com\\@ond.example/exempelkommun", "misleading"),
    ("facebook.com\\exempelkommun", "misleading"),
    ("https://facebook.com%2fexempelkommun.ond.example/", "host"),
    ("https://facebook.com/a%2Fb", "misleading"),
    ("https://facebook.com:8443/exempelkommun", "port"),
    ("http://127.0.0.1/x", "host"),
    ("http://[::1]/x", "port"),
    ("http://2130706433/x", "host"),
    ("http://localhost/x", "host"),
    ("https:///", "host"),
    ("https://exempel/x", "host"),
    ("https://facebook.com/exempel\x00kommun", "characters"),
    ("https://facebook.com/%00", "characters"),
    ("https://facebook.com/%ff%fe", "characters"),
    ("https://facebook.com/\ud800", "characters"),
    ("facebook.com/\ue000x", "characters"),
    ("https://facebook.com/a https://facebook.com/b", "several"),
    ("Exempels kommun", "several"),
    ("https://facebook.com/" + "a" * 2000, "too_long"),
    ("\ufdfa" * 400, "too_long"),
    ("https://exempel.se/" + "å" * 200, "too_long"),
    ("https://" + "a." * 200 + "se/x", "host"),
    ("@exempel", "characters-mastodon"),
    ("exempelkommun/x", "host"),
]


@pytest.mark.parametrize(("text", "code"), REFUSED, ids=[ascii(row[0])[:60] for row in REFUSED])
def test_what_is_no_account_is_refused_with_words_that_say_what_to_do(text, code):
    code, _dash, hint = code.partition("-")
    with pytest.raises(AddressError) as refused:
        parse_account(text, SPECS, hint or None)
    assert refused.value.code == code
    assert len(str(refused.value)) > 20


def test_a_name_without_a_platform_is_a_name_and_nothing_more():
    account = parse_account("@ExempelKommun", SPECS)
    assert (account.platform, account.handle, account.handle_key, account.url) == (
        None,
        "ExempelKommun",
        "exempelkommun",
        "",
    )


def test_a_whole_address_outweighs_the_platform_that_was_chosen():
    assert parse_account("https://x.com/exempelkommun", SPECS, "facebook").platform == "x"


def test_a_host_that_only_begins_like_a_platform_is_not_the_platform():
    for host in ("facebook.com.ond.example", "xfacebook.com", "facebook.com-login.example", "facebook.co"):
        assert parse_account(f"https://{host}/exempelkommun", SPECS).platform == "other"


def test_dots_do_not_count_on_facebook_and_do_on_instagram():
    assert parse_account("facebook.com/exempel.kommun", SPECS) == parse_account("facebook.com/exempelkommun", SPECS)
    assert parse_account("instagram.com/exempel.kommun", SPECS) != parse_account("instagram.com/exempelkommun", SPECS)


def test_a_blog_read_with_a_hint_keeps_the_platform_of_the_hint():
    assert parse_account("https://exempel.se/@skolan", SPECS, "learning").platform == "learning"
