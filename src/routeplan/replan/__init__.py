"""Changes fed back in as facts, and the same story run again."""
