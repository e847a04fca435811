# The image of Concord's services in docker-compose.yml: `docker build --tag concord .`
FROM python:3.11.13-slim-bookworm AS build
WORKDIR /app
COPY requirements.lock ./
# As `make setup` does it: uv of the lock, then the lock with the CPU build of torch, then the package in place,
# since the models of dbt/ stand beside it.
RUN python -m venv .venv \
    && .venv/bin/python -m pip install --no-cache-dir --quiet --disable-pip-version-check "$(grep '^uv==' requirements.lock)" \
    && .venv/bin/uv pip sync --no-cache --compile-bytecode --python .venv/bin/python --torch-backend cpu requirements.lock
COPY pyproject.toml README.md LICENSE concord.py ./
COPY resolution resolution
COPY context_api context_api
COPY pipelines pipelines
COPY demo demo
COPY dbt dbt
RUN .venv/bin/uv pip install --no-cache --python .venv/bin/python --no-deps --no-build-isolation --editable . \
    && .venv/bin/python -m compileall -q concord.py resolution context_api pipelines demo

FROM python:3.11.13-slim-bookworm
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    CONCORD_HOME=/data \
    DAGSTER_HOME=/data/dagster
RUN useradd --system --uid 10001 --no-create-home concord \
    && install --directory --owner concord --group concord --mode 0700 /data
WORKDIR /app
COPY --from=build /app /app
USER concord
# Dagster's settings stand in the image, so that a new volume begins with them.
RUN python -c "from pathlib import Path; from pipelines.dagster_home import prepare_dagster_home; prepare_dagster_home(Path('/data'))"
VOLUME /data
EXPOSE 8321
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8321/healthz', timeout=4)"]
CMD ["concord", "serve", "--before-publish", "--host", "0.0.0.0", "--port", "8321"]
