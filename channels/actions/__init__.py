"""Every state change of the register, one verb per function."""
