#!/usr/bin/env python
"""Django's command line for Kanalkollen."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kommun.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
