"""What a file may cost the shop that reads it; a file beyond a bound is refused by its name."""

# Rows with something in them, beside the headers; columns; characters of one cell (Excel's own).
MAX_ROWS = 20_000
MAX_COLUMNS = 100
MAX_CELL = 32_767

# Bytes of the file; of a workbook's parts when they are unpacked.
MAX_FILE = 10 * 2**20
MAX_SHEET = 64 * 2**20
MAX_TEXTS = 64 * 2**20
MAX_PART = 4 * 2**20

# Elements of one part: a workbook of empty cells is small when it is packed.
MAX_ELEMENTS = 2_000_000
MAX_DEPTH = 64
