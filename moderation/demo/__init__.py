"""What stands in the moderation in the demo: the same in every municipality, made through the product's own actions.

Named in `settings.KANALKOLLEN_DEMO`, because the demo of the register lies below and imports nothing from here.
"""

from moderation.demo.load import add, files

__all__ = ["add", "files"]
