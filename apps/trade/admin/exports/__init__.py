"""Orders, their lines, payments and refunds as files: a module for each kind of row."""
