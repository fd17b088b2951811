"""Packages of records for a registrar, a shared folder or an e-archive. Pure: no database, no clock, no settings.

A writer takes a `Package` and a sink, and streams: a file is never held in memory. Same package, same bytes.
"""

from archive.delivery.bags import write_bag
from archive.delivery.fgs import write_fgs
from archive.delivery.folders import write_folder
from archive.delivery.package import Digest, Item, Package, Source, WrongFile
from archive.delivery.sinks import FolderSink, Sink, ZipSink

__all__ = [
    "Digest",
    "FolderSink",
    "Item",
    "Package",
    "Sink",
    "Source",
    "WrongFile",
    "ZipSink",
    "write_bag",
    "write_fgs",
    "write_folder",
]
