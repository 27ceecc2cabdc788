"""JOURNEY ONE, disk -> rows: crawl, chunking, sync, watch."""
