"""The two commands: embedded PostgreSQL and Redis, and one process group for web, worker and scheduler.

`make run` and `make test` come here. Only the standard library is used, and nothing of Django: this runs before it.
"""
