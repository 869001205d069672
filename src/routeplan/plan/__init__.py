"""The plan: times, reasons and figures, checked before anyone sees it."""
