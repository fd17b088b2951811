"""Why something cannot be taken."""


class IntakeError(ValueError):
    """What was given cannot be kept. `str(error)` says why and what to do instead, in plain Swedish."""
