"""Pages of the moderation: the queue, a new case, one case."""
