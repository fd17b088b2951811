"""Without JavaScript everything can be done: apply, decide, publish, search, check."""

from tests.e2e.chain import apply_for, find_as_visitor, open_mail, publish
from tests.e2e.journeys import answer


def test_a_channel_comes_about_without_script(site, settle):
    cast = settle("forshaga")
    apply_for(site, cast, together=True, java_script_enabled=False)
    asked = open_mail(site, cast.it_communications_manager, "Samråd", java_script_enabled=False)
    answer(asked, "Skicka mitt svar", note="Vi hjälper gärna till.")
    publish(site, cast, java_script_enabled=False)
    find_as_visitor(site, java_script_enabled=False)
