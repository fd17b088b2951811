"""What an application is called where several stand together: a municipality has one name on many platforms."""

import pytest

from channels.models import Application


@pytest.mark.parametrize(
    ("answers", "title"),
    [
        ({}, "Ny kanal utan namn"),
        ({"platform": "facebook"}, "Ny kanal utan namn"),
        ({"name": "Biblioteket"}, "Biblioteket"),
        ({"name": "Biblioteket", "platform": "facebook"}, "Biblioteket på Facebook"),
        ({"name": "Biblioteket på facebook", "platform": "facebook"}, "Biblioteket på facebook"),
        ({"name": "Skolans blogg", "platform": "blog"}, "Skolans blogg"),
        ({"name": "Biblioteket", "platform": "finns-inte"}, "Biblioteket"),
        ({"name": "Biblioteket", "platform": ["facebook"]}, "Biblioteket"),
    ],
)
def test_the_title_names_the_platform_unless_the_name_does(answers: dict[str, object], title: str) -> None:
    assert Application(answers=answers).title == title
