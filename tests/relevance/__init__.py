"""Does the search find what readers mean? Queries with the articles that answer them, and what is measured on them."""
