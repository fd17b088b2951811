"""What the person at the keyboard must be told."""


class SetupError(Exception):
    """Something the person at the keyboard can put right. The message is one line of plain Swedish that says how."""
