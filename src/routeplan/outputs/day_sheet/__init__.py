"""A manager's day on one page, for the phone and for paper."""
