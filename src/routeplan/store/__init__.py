"""What is remembered between runs: one SQLite file beside the book, made when first needed."""
