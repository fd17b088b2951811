"""What a page is told of whoever looks at it: a reader of Swedish, in Sweden."""

LANGUAGE = "sv-SE"
TIME_ZONE = "Europe/Stockholm"
