"""Retrieval of dated passages and answers that cite them."""
