"""What is kept, in the browser admin: to find and follow. It is handled on its own pages."""

from archive.admin import deliveries, disposal, records, snapshots

__all__ = ["deliveries", "disposal", "records", "snapshots"]
