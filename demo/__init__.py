"""The demo shop: its catalogue, its pictures and the script that draws them."""
