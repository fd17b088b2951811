"""Example content for the five municipalities, made through the product's own actions. Only in the demo.

One TOML file for each municipality says which units, people (by role, nobody is invented) and channels there are, and
how far each application has come. The organisation is simplified and the people and most of the accounts are examples.

Everything is loaded in one transaction: cut off at any point it leaves nothing behind, and the next run starts over.
"""
