"""Every change of a case. Lock, check, change, record, announce, in one transaction."""
