"""Backups that lie in a store (S3 and others, through fsspec): found there, judged there, fetched whole."""
