"""The browser's doors to the register."""
