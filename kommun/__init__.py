"""The municipality: settings, policy, calendar, events, lifecycle kernel, shared user interface. Knows no other app."""

SOFTWARE, VERSION = "Kanalkollen", "0.1.0"  # written in what leaves the product; pyproject.toml says the same
