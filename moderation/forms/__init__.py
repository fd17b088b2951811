"""What people fill in about a case. Forms turn input into values; actions decide."""
