"""The municipality's channels: platforms, register, applications, decisions, public pages."""
