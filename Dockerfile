# The same Python as on Debian 12, where the tests run.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
# The settings import what makes PDFs.
# The versions are those of the Debian release.
# hadolint ignore=DL3008
RUN apt-get update -q && apt-get install -y -q --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*
RUN python -m venv /venv
COPY requirements/base.txt /tmp/base.txt
RUN /venv/bin/pip install --quiet --require-hashes -r /tmp/base.txt
WORKDIR /app
COPY . .
# Settings need addresses and a key to be read; nothing is contacted, and none of it stays in the image.
RUN export SECRET_KEY=build DATABASE_URL=postgres://build/build REDIS_URL=redis://build \
    && /venv/bin/python -m kommun.local.translations \
    && /venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && /venv/bin/python -m compileall -q .

FROM python:3.11-slim-bookworm AS app
ENV PATH="/venv/bin:$PATH" PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 MEDIA_ROOT=/data/media PUBLISH_ROOT=/data/published
# What makes PDFs is linked against Pango; with a font to draw text in.
# The versions are those of the Debian release.
# hadolint ignore=DL3008
RUN apt-get update -q \
    && apt-get install -y -q --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation \
    && rm -rf /var/lib/apt/lists/*
# A number, so that the orchestrator can see that it is not root.
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin kanalkollen \
    && install -d -o 10001 -g 10001 -m 0700 /data /data/media /data/published
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER 10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bin/healthcheck"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "--runtime-mode", "mt", "--runtime-threads", "2", "kommun.wsgi:application"]

# The worker that captures pages: the same, with a browser and fonts for what people write, emoji among it.
FROM app AS capture
# It is the ordinary user's again below.
# hadolint ignore=DL3002
USER 0
# The versions are those of the Debian release.
# hadolint ignore=DL3008
RUN apt-get update -q \
    && apt-get install -y -q --no-install-recommends chromium-headless-shell libatomic1 \
        fonts-dejavu-core fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji \
    && rm -rf /var/lib/apt/lists/*
USER 10001
CMD ["celery", "--quiet", "--app", "kommun", "worker", "--loglevel", "INFO", "--queues", "capture", "--concurrency", "1"]

# Whoever names no target gets the one without a browser.
FROM app
