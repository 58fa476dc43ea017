"""What the shop is measured beside: the same bytes from next to nothing."""
