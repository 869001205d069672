"""Who needs a visit, why, and how urgently."""
