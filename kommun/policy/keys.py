"""The 33 kinds of rule. A key is a dotted string that knows the type of its value, so that `policy.rule` is typed."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.utils.translation import gettext_lazy as _

from kommun.policy.base import Value
from kommun.policy.values import keeping, starting, talking

V = TypeVar("V", bound=Value, covariant=True)


class Key(str, Generic[V]):
    """A rule's key. It is a plain string wherever one is needed."""

    model: type[Value]

    def __new__(cls, name: str, model: type[V]) -> "Key[V]":
        """Make a key of a name and the model of its value."""
        key = super().__new__(cls, name)
        key.model = model
        return key

    def __getnewargs__(self) -> tuple[str, type[Value]]:  # type: ignore[override]  # str's own has one argument
        return str(self), self.model


APPROVAL_CHAIN = Key("approval.chain", starting.ApprovalChain)
DECISION_FIELDS = Key("decision.fields", starting.DecisionFields)
PRESTART_DOCUMENTS = Key("prestart.documents", starting.PrestartDocuments)
PURPOSES = Key("channel.purposes", starting.Purposes)
PLATFORM_LIST = Key("platforms.list", starting.PlatformList)
CHANNEL_ROLES = Key("channel.roles", starting.ChannelRoles)
MINIMUM_ADMINISTRATORS = Key("administrators.minimum", starting.MinimumAdministrators)
CREDENTIALS_CUSTODY = Key("credentials.custody", starting.CredentialsCustody)
STRONG_AUTHENTICATION = Key("authentication.strong", starting.StrongAuthentication)
ABSENCE_COVER = Key("absence.cover", starting.AbsenceCover)
ACCOUNT_INFORMATION = Key("account.information", starting.AccountInformation)
STANDARD_TEXT = Key("account.standard_text", starting.StandardText)
WATCH = Key("watch.interval", talking.Watch)
REPLY_WITHIN = Key("reply.within", talking.ReplyWithin)
REMOVE_WITHIN = Key("removal.within", talking.RemoveWithin)
PROHIBITED_CONTENT = Key("content.prohibited", talking.ProhibitedContent)
REMOVAL_LADDER = Key("removal.ladder", talking.RemovalLadder)
EVIDENCE = Key("removal.evidence", talking.Evidence)
POLICE_REPORT = Key("removal.police_report", talking.PoliceReport)
REGISTRATION = Key("records.registration", talking.Registration)
CRITICAL_MASS = Key("reply.critical_mass", talking.CriticalMass)
FORWARDING = Key("reply.forwarding", talking.Forwarding)
PUBLIC_REGISTER = Key("register.public", keeping.PublicRegister)
SNAPSHOT_INTERVAL = Key("snapshot.interval", keeping.SnapshotInterval)
SNAPSHOT_FORMAT = Key("snapshot.format", keeping.SnapshotFormat)
SNAPSHOT_DELIVERY = Key("snapshot.delivery", keeping.SnapshotDelivery)
DISPOSAL = Key("records.disposal", keeping.Disposal)
MINIMUM_ACTIVITY = Key("activity.minimum", keeping.MinimumActivity)
CLOSING = Key("channel.closing", keeping.Closing)
IMAGE_CONSENT = Key("images.consent", keeping.ImageConsent)
REPLY_SIGNATURE = Key("reply.signature", talking.ReplySignature)
POLICY_LIFECYCLE = Key("policy.lifecycle", keeping.PolicyLifecycle)
ENFORCEMENT = Key("policy.enforcement", keeping.Enforcement)


@dataclass(frozen=True)
class Kind:
    """One kind of rule: its number in the policy matrix, its key, and what to call it."""

    number: int
    key: Key[Value]
    title: object


KINDS: tuple[Kind, ...] = tuple(
    Kind(number, key, title)
    for number, (key, title) in enumerate(
        (
            (APPROVAL_CHAIN, _("Vem som godkänner")),
            (DECISION_FIELDS, _("Vad beslutet innehåller")),
            (PRESTART_DOCUMENTS, _("Det som ska vara klart före start")),
            (PURPOSES, _("Syften")),
            (PLATFORM_LIST, _("Plattformar")),
            (CHANNEL_ROLES, _("Roller i varje kanal")),
            (MINIMUM_ADMINISTRATORS, _("Minsta antal administratörer")),
            (CREDENTIALS_CUSTODY, _("Var inloggningsuppgifter förvaras")),
            (STRONG_AUTHENTICATION, _("Säker inloggning")),
            (ABSENCE_COVER, _("Frånvaro")),
            (ACCOUNT_INFORMATION, _("Vad kontot ska visa")),
            (STANDARD_TEXT, _("Gemensam text")),
            (WATCH, _("Bevakning")),
            (REPLY_WITHIN, _("Svarstid")),
            (REMOVE_WITHIN, _("Tid för att ta bort")),
            (PROHIBITED_CONTENT, _("Otillåtet innehåll")),
            (REMOVAL_LADDER, _("Stegen när något tas bort")),
            (EVIDENCE, _("Bevis")),
            (POLICE_REPORT, _("Polisanmälan")),
            (REGISTRATION, _("Diarieföring")),
            (CRITICAL_MASS, _("Många kritiska inlägg")),
            (FORWARDING, _("Skicka vidare")),
            (PUBLIC_REGISTER, _("Öppen förteckning")),
            (SNAPSHOT_INTERVAL, _("Hur ofta ögonblicksbilder tas")),
            (SNAPSHOT_FORMAT, _("Ögonblicksbildens omfattning och format")),
            (SNAPSHOT_DELIVERY, _("Var ögonblicksbilder sparas")),
            (DISPOSAL, _("Gallring")),
            (MINIMUM_ACTIVITY, _("Minsta aktivitet")),
            (CLOSING, _("Avslut")),
            (IMAGE_CONSENT, _("Godkännande av bilder")),
            (REPLY_SIGNATURE, _("Underskrift i svar")),
            (POLICY_LIFECYCLE, _("Regelverkets giltighet")),
            (ENFORCEMENT, _("Om reglerna inte följs")),
        ),
        start=1,
    )
)
BY_NAME: dict[str, Kind] = {str(kind.key): kind for kind in KINDS}
