"""The municipality: settings, policy, calendar, events, lifecycle kernel, shared user interface. Knows no other app."""
