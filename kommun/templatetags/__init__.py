"""Template tags that every page may use without loading them (settings: TEMPLATES, builtins)."""
