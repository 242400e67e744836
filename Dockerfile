# The platform's own processes, each started by `bin/run NAME`: the same commands that bin/up supervises.
# Linux x86-64 only, as the packages of the local models are.
FROM python:3.11-slim-bookworm

RUN useradd --create-home --uid 1000 voiceplatform \
    && install -d -o voiceplatform /srv/voiceplatform /var/lib/voiceplatform /run/voiceplatform
WORKDIR /srv/voiceplatform
USER voiceplatform

# What changes seldom comes first: packages, then the browser code, then everything.
COPY --chown=voiceplatform requirements.txt ./
COPY --chown=voiceplatform bin bin
RUN bin/run install && rm -rf ~/.cache

COPY --chown=voiceplatform . .
RUN bin/run build && rm -rf node_modules ~/.npm

ENV BIND_HOST=0.0.0.0 \
    DATA_DIR=/var/lib/voiceplatform \
    MODEL_SOCKET=/run/voiceplatform/models.sock
EXPOSE 8000
CMD ["bin/run", "web"]
