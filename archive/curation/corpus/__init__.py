"""A made-up archive of any size, the same for the same number and seed: for benchmarks and trials, never for readers."""

from archive.curation.corpus.records import PREFIX, CorpusRefused, CorpusReport, generate

__all__ = ["PREFIX", "CorpusRefused", "CorpusReport", "generate"]
