"""What a capture is called for people: each outcome, limit, choice, reason and step in plain words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from archive.capture.values import AuthorKind, Banner, Limit, Outcome, Why

OUTCOMES: dict[Outcome, Any] = {
    Outcome.CAPTURED: _("Sidan är hämtad."),
    Outcome.LOGIN_WALL: _("Sidan visar bara en inloggning. Kanalen syns inte för den som inte är inloggad."),
    Outcome.LOGGED_OUT: _("Bara en del av kanalen syns. Resten kräver inloggning."),
    Outcome.NOT_FOUND: _("Sidan finns inte."),
    Outcome.TURNED_AWAY: _("Plattformen släppte inte in oss."),
    Outcome.SERVER_ERROR: _("Plattformen svarade med ett fel."),
    Outcome.NO_CONTACT: _("Ingen svarade på adressen."),
    Outcome.NOT_A_PAGE: _("Adressen ledde till en fil, inte till en sida."),
    Outcome.REFUSED_ADDRESS: _("Adressen leder inte till en öppen webbsida. Kanalkollen hämtar inte från den."),
    Outcome.TIMEOUT: _("Sidan blev inte färdig i tid."),
    Outcome.TOO_HIGH: _("Sidan är för lång. Bilden slutar vid gränsen."),
    Outcome.TOO_BIG: _("Sidan skickade för mycket data och avbröts."),
    Outcome.BROWSER_DIED: _("Webbläsaren slutade fungera."),
    Outcome.NO_BROWSER: _("Det finns ingen webbläsare, eller så går den inte att köra tillräckligt skyddat."),
}
LIMITS: dict[Limit, Any] = {
    Limit.LOAD: _("Allt på sidan hann inte laddas."),
    Limit.SCROLL_TIME: _("Flödet fortsatte när tiden för att bläddra var slut."),
    Limit.HEIGHT: _("Sidan är högre än bilden."),
    Limit.BYTES: _("Sidan skickade mer data än vi tar emot."),
    Limit.TIME: _("Tiden tog slut."),
    Limit.POSTS: _("Det fanns fler inlägg än vi läser ut."),
    Limit.BODIES: _("Allt som sidan skickade finns inte med i sidan som data."),
    Limit.LOG: _("Det var fler anslutningar än vi skriver upp."),
}
BANNERS: dict[Banner, Any] = {
    Banner.NONE: _("Sidan frågade inte om kakor."),
    Banner.REFUSED: _("Sidan frågade om kakor. Vi tackade nej."),
    Banner.LEFT: _("Sidan frågade om kakor utan att det gick att tacka nej. Frågan är obesvarad och kan skymma sidan."),
}
AUTHORS: dict[AuthorKind, Any] = {
    AuthorKind.MUNICIPALITY: _("kommunen"),
    AuthorKind.VISITOR: _("besökare"),
    AuthorKind.UNKNOWN: _("okänd"),
}
REASONS: dict[Why, Any] = {
    Why.SCHEME: _("Adressen börjar inte med http eller https."),
    Why.PORT: _("Adressen går till en annan port än webbens."),
    Why.USERINFO: _("Adressen innehåller ett användarnamn."),
    Why.HOST_FORM: _("Värdnamnet är skrivet på ett sätt som vi inte godtar."),
    Why.NAME: _("Namnet hör till ett internt nät."),
    Why.UNKNOWN_NAME: _("Namnet finns inte."),
    Why.ADDRESS: _("Adressen är inte öppen för alla."),
    Why.OWN: _("Adressen är vår egen server."),
    Why.BARRED: _("Adressen hör till ett nät som driften har stängt."),
    Why.NOT_WEB: _("Det som skickades var inte webbtrafik."),
    Why.MALFORMED: _("Adressen går inte att läsa."),
    Why.BYTES: _("Gränsen för mängden data var nådd."),
    Why.TIME: _("Tiden var slut."),
    Why.NO_ANSWER: _("Ingen svarade."),
}
STEPS: dict[str, Any] = {
    "start": _("Startar webbläsaren"),
    "open": _("Öppnar sidan"),
    "banner": _("Tackar nej till kakor"),
    "banner_left": _("Lämnar frågan om kakor"),
    "scroll": _("Bläddrar till slutet"),
    "still": _("Gör sidan stilla"),
    "read": _("Läser inläggen"),
    "draw": _("Tar bilden"),
    "keep": _("Sparar sidan som data"),
}
