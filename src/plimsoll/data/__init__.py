"""Files and hubs -> rows: reading, download, checksums, gated sets."""
