"""The solver's input: integers only, immutable, to and from JSON."""
