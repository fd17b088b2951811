"""Files that come in: what they hold, which column is what, and what each row would do to the register.

`reading` turns bytes into lines of text, `columns` finds the header, `judging` and its siblings say of each row what it
would create or change. Nothing here writes to the register: that is `channels.actions.importing`.
"""
