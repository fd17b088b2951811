"""What the municipality keeps: records, their files, and the hand-over to the diary."""
