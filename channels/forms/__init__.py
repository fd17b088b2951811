"""Input to the register, as typed values."""
