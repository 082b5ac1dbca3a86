# The image of every process of Kept: web, clock and migrations differ in their command only.
# Built in two stages, so that neither pip's leftovers nor build tools are in the result.

FROM python:3.11-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
WORKDIR /src

COPY requirements-build.lock requirements.lock ./
RUN python -m venv /build && /build/bin/pip install --no-compile --no-deps --require-hashes -r requirements-build.lock
RUN python -m venv /opt/kept && /opt/kept/bin/pip install --no-compile --no-deps --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY surveys surveys
COPY integrations integrations
COPY jobs jobs
COPY service service
COPY migrations migrations
RUN /build/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .
RUN /opt/kept/bin/pip install --no-compile --no-deps --no-index /wheels/*.whl && /opt/kept/bin/pip check
RUN /opt/kept/bin/python -m compileall -q -j 0 -x /tests/ /opt/kept/lib


FROM python:3.11-slim

# The root file system is meant to be read-only; only /data and /keys are written to, and /tmp.
ENV PATH=/opt/kept/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    KEPT_DATABASE_URL=sqlite:////data/kept.db \
    KEPT_KEYS_DIR=/keys \
    KEPT_LISTEN=0.0.0.0:8000

RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin kept
RUN install -d -o kept -g kept -m 0700 /data /keys

COPY --from=build /opt/kept /opt/kept

USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["kept"]
CMD ["serve"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=4 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
