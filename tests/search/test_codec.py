"""Segments are written in Whoosh's own format: what its own readers find in them."""

from pathlib import Path

import pytest
from whoosh import fields, index

from archive.search import whoosh_codec
from archive.search.whoosh_codec import writer


@pytest.mark.parametrize("in_memory", [1_000_000, 7])
def test_whoosh_reads_what_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: int) -> None:
    """All from memory, and merged from many files; terms with one posting, and with more than a block."""
    monkeypatch.setattr(whoosh_codec, "_IN_MEMORY", in_memory)
    schema = fields.Schema(id=fields.ID(stored=True), text=fields.TEXT, tags=fields.KEYWORD)
    files = index.create_in(str(tmp_path), schema)
    with writer(files) as one:
        for n in range(700):
            one.add_document(
                id=str(n), text=f"common w{n} {'twice twice' if n % 3 == 0 else ''}", tags="a b"[: n % 2 * 2 + 1]
            )
    with files.reader() as reader:
        assert reader.doc_frequency("text", "common") == 700
        assert list(reader.postings("text", "common").all_ids()) == list(range(700))
        twice = reader.postings("text", "twice")
        found = []
        while twice.is_active():
            found.append((twice.id(), twice.weight(), list(twice.value_as("positions"))))
            twice.next()
        assert found == [(n, 2.0, [2, 3]) for n in range(0, 700, 3)]
        assert list(reader.postings("text", "w41").all_ids()) == [41]
        assert list(reader.postings("tags", "b").all_ids()) == list(range(1, 700, 2))
        assert reader.frequency("text", "twice") == 2 * 234
    assert not list(tmp_path.glob("*.run"))


def test_a_merge_of_segments_keeps_everything(tmp_path: Path) -> None:
    files = index.create_in(str(tmp_path), fields.Schema(id=fields.ID(stored=True, unique=True), text=fields.TEXT))
    for n in range(12):
        with writer(files) as one:
            one.update_document(id=str(n % 9), text=f"word n{n}")
    with files.reader() as reader:
        assert reader.doc_count() == 9
        assert sorted(reader.stored_fields(n)["id"] for n in reader.postings("text", "word").all_ids()) == list(
            "012345678"
        )
        assert ("text", "n0") not in reader
