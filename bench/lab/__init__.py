"""How it is measured: servers, shops, load, rounds."""
