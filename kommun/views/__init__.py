"""Pages that belong to no app: start, health, rulebook, statement, the demo's mailbox, errors."""
