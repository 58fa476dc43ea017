"""The first page of the administration: how the shop does, and what is to be done."""
