"""The desk: one stored mail, one transaction, one outcome. ``office.Office`` holds what it works with."""
