"""Documents into the archive: what each item becomes is planned first, then written in one transaction.

`intake` is the one door. A command, an upload, a pasted text and a pasted address all go through it:

    intake(data=file.read(), name=file.name, by=user.get_username())
    intake(text=form.cleaned_data["text"], by=…)
    intake(url=form.cleaned_data["address"], by=…)

It raises `archive.ingest.refusal.Refused`, whose message is for the user and whose `status` fits an HTTP answer; then
nothing was written. It returns an `Intake`: a row for each item says what became of it and why, and which article it is.
With `dry_run=True` it says the same and keeps nothing. Where the user may not change what is public, pass
`may_change_public=False` (`archive.curation.roles.may_publish`).

An item that is at hand already, a candidate of a polled source, goes in by `carry_out(Document.of(item), by=…)`.
"""

from archive.curation.importing.door import Intake, intake
from archive.curation.importing.planning import STATUSES, Outcome, Row, plan
from archive.curation.importing.writing import carry_out

__all__ = ["STATUSES", "Intake", "Outcome", "Row", "carry_out", "intake", "plan"]
