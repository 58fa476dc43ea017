"""Tables in files: CSV and XLSX, read within bounds, written as streams."""
