"""Statistics: what is read of the counted figures, what the public may see of them, and how they are drawn."""
