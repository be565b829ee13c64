# The steps are the make targets, so that a container is what `make run` is.
FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install --yes --no-install-recommends make \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 archive

WORKDIR /srv/archive
RUN mkdir var && chown archive:archive . var
USER archive

# Dependencies first: they change less often than the code.
COPY --chown=archive:archive Makefile requirements.lock requirements-cluster.lock ./
RUN make .venv/installed
# yes: with the client of the search cluster (SEARCH_URL=opensearch://).
ARG WITH_CLUSTER=no
RUN if [ "$WITH_CLUSTER" = yes ]; then make cluster-requirements; fi

COPY --chown=archive:archive . .
# Again in the folder's own right: a copied lock file must not look newer than what was installed from it.
RUN touch .venv/installed

ENV HOST=0.0.0.0 PORT=8000
EXPOSE 8000
VOLUME ["/srv/archive/var"]
CMD ["make", "run"]
