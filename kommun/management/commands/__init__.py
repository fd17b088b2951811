"""Commands of the municipality."""
