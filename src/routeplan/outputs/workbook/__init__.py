"""The plan as an Excel workbook."""
