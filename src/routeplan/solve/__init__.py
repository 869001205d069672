"""Routes for a problem, and how good they are proven to be."""
