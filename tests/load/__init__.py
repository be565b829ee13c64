"""How much the site bears, and how long readers wait at half of that: `make load` (docs/operations.md, "Load")."""
