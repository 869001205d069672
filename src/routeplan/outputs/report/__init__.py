"""The report on coverage and effort: one page and four tables."""
