"""Pages of what is kept: the registrar's, the hand-over, and files."""
