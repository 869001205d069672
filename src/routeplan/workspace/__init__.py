"""Plan folders and the store beside the book: saved, brought back, compared, exported, forgotten.

A folder (`--out`) is a checkout of one version. The store keeps every version, so nothing that was
saved is ever overwritten.
"""
