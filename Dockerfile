# Suki with Airflow: one image, used by every service of docker-compose.yml.
FROM python:3.11.13-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    HOME=/var/lib/suki \
    USER=suki \
    PATH=/opt/venv/bin:$PATH \
    SUKI_HOME=/var/lib/suki/shop \
    SUKI_CACHE=/var/lib/suki/cache \
    AIRFLOW_HOME=/var/lib/suki/airflow

# Any user of group 0 may write the volumes, so that a shop's folder on the host can keep its
# owner (SUKI_UID in docker-compose.yml). The code is writable by nobody who runs it.
RUN useradd --system --uid 10001 --gid 0 --home-dir /var/lib/suki --create-home suki \
    && mkdir -p /var/lib/suki/shop /var/lib/suki/cache /var/lib/suki/airflow \
    && chown -R suki:0 /var/lib/suki \
    && chmod -R g=u /var/lib/suki

WORKDIR /opt/suki

# The lock files first: a change of code does not install everything anew.
COPY requirements-uv.txt requirements.txt requirements-docker.txt ./
RUN python -m venv /opt/venv \
    && pip install --no-cache-dir --require-hashes -r requirements-uv.txt \
    && VIRTUAL_ENV=/opt/venv uv pip install --no-cache --compile-bytecode --require-hashes \
        -r requirements.txt -r requirements-docker.txt

COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY dags dags
COPY dbt_project dbt_project
COPY expectations expectations
COPY reports reports
COPY suki suki
COPY transforms transforms
# Compiled here, because nobody may write bytecode here later.
RUN VIRTUAL_ENV=/opt/venv uv pip install --no-cache --no-deps --no-build-isolation --offline -e . \
    && python -m compileall -q dags expectations reports suki transforms

USER suki
ENTRYPOINT ["suki"]
CMD ["--help"]
