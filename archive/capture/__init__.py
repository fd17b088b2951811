"""Capturing a page of a channel as anybody meets it: a library without models.

`capture` takes an Order and a folder, and gives a Result. The parts: `egress` is the only way out, `child` drives a fresh
browser in a process of its own, `visit` is what is done with the page, `warc` keeps what was received, `run` watches.
"""
