"""The book: what is known of clients, contacts, managers, past visits and appointments."""
