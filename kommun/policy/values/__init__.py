"""The value of each kind of rule: 33 typed models, by the part of the work they belong to."""
