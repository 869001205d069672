"""What people look at: map, workbook, terminal."""
