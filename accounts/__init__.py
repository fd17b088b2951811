"""The municipality's people."""
