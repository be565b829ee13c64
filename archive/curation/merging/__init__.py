"""Two records that are one: made one, with all that points to them, and taken apart again.

The links are found by asking the models, so that a new one is followed without a word here. What is done is kept in the
`Merge` in the form that `undo` reads, all values as the change log has them:

- `record`: the merged record, as `versions_of` gives it;
- `fields`: the kept record's columns that changed: [before, after];
- `gained`: the keys that its many-to-many fields gained;
- `edits`: rows that were moved: model, key, columns: [before, after];
- `dropped`: rows that the kept record had already: model, columns;
- `links`: many-to-many fields of others: model, field, the holders that were moved, those that held both;
- `redirects`: old addresses that led to the merged record.
"""

from archive.curation.merging.doing import merge
from archive.curation.merging.links import NotMergeable
from archive.curation.merging.planning import CHOSEN, Choice, Move, Plan, plan
from archive.curation.merging.undoing import kept_record, undo

__all__ = ["CHOSEN", "Choice", "Move", "NotMergeable", "Plan", "kept_record", "merge", "plan", "undo"]
