"""What may go wrong in the domain. A refusal always carries a reason that a person can read."""


class DomainError(Exception):
    """An act was refused. `str(error)` is the reason, in plain language."""


class NotPermitted(DomainError):
    """The actor may not do this. Answered with 403."""


class StateConflict(DomainError):
    """The object is no longer in a state where this can be done, for example decided by somebody else. Answered with 409."""


class InvalidInput(DomainError):
    """What was given cannot be used. `errors` maps a field name to the reasons, for the form to show beside the field."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        self.errors = errors
        super().__init__(" ".join(reason for reasons in errors.values() for reason in reasons))
