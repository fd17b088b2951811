"""What the account must show (matrix E): each item with its strength, what was attested last, and what remains."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from channels.models import Attestation, Channel
from channels.questions.appearance import item_label
from channels.upkeep.records import Records
from kommun.policy import Policy, Rule, Scope, Strength, keys

STANDARD = "standard_text"
A = Attestation.Answer


@dataclass(frozen=True)
class ShownItem:
    """One thing that the policy wants shown. `asked` is its text in the policy; `newest` the last attestation, if any."""

    key: str
    asked: str
    strength: Strength
    condition: str
    section: str
    rule: Rule
    newest: Attestation | None

    @property
    def label(self) -> str:
        """What it is called in a list. Asked for where it is shown: it costs more than all the rest."""
        return item_label(self.key) or self.asked

    @property
    def valid(self) -> Attestation | None:
        """The newest attestation, when it still answers what the policy asks."""
        return self.newest if self.newest is not None and self.newest.asked == self.asked else None

    @property
    def may_be_impossible(self) -> bool:
        """True where the policy itself has room for it: "om det går", or weaker than ska."""
        return bool(self.condition) or self.strength is not Strength.SKA

    @property
    def settled(self) -> bool:
        """True when it is shown, or cannot be and need not."""
        answer = self.valid.answer if self.valid else ""
        return answer == A.SHOWN or (answer == A.NOT_POSSIBLE and self.may_be_impossible)

    @property
    def remains(self) -> bool:
        """True while the policy demands it and nobody has attested that it is there."""
        return self.strength is Strength.SKA and not self.settled

    @property
    def is_standard(self) -> bool:
        """True for the municipality's common text, where `asked` is the text itself."""
        return self.rule.key == keys.STANDARD_TEXT

    def cited(self, found: Policy) -> Rule:
        """Return the rule as it says this item, with the item's own section."""
        if self.is_standard:
            return self.rule
        sources = (found.source(self.section),) if self.section else self.rule.sources
        return replace(self.rule, text=self.asked, strength=self.strength, sources=sources)


def shown_items(channel: Channel, found: Policy | None, scope: Scope, records: Records) -> Iterator[ShownItem]:
    """Yield what the account must show, in the order of the policy. Source: account.information, account.standard_text."""
    if found is None:
        return
    information, seen = found.rule(keys.ACCOUNT_INFORMATION, scope), set()
    for item in information.value.items if information else ():
        assert information is not None  # noqa: S101  (narrows the type)
        seen.add(item.key)
        yield ShownItem(
            key=item.key,
            asked=item.text,
            strength=item.strength or information.strength,
            condition=item.condition or "",
            section=item.section or "",
            rule=information,
            newest=records.attestations.get((channel.pk, item.key)),
        )
    standard = found.rule(keys.STANDARD_TEXT, scope)
    if standard and standard.value.obligatory and STANDARD not in seen:
        yield ShownItem(
            key=STANDARD,
            # The whole text: when the municipality changes it, every account has to show the new one.
            asked="\n\n".join(template.body for template in standard.value.templates),
            strength=standard.strength,
            condition="",
            section="",
            rule=standard,
            newest=records.attestations.get((channel.pk, STANDARD)),
        )
