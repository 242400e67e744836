"""The model process as an HTTP server on a Unix socket: `/transcribe`, `/synthesize`, `/embed` and
`/health`.

Nobody but this user can reach it (mode 0600), so there is no key. Errors are
`{"error": {"code", "message"}}`: 4xx the request is wrong, 503 not ready. A caller who hangs up
cancels what has not begun.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

if TYPE_CHECKING:
    from foundation.model_process.loading import Models

Body = TypeVar("Body", bound=BaseModel)
logger = logging.getLogger(__name__)

# Three minutes of speech at 48 kHz.
MAX_AUDIO_BYTES = 20_000_000
SAMPLE_RATES = range(8_000, 48_001)
# Shorter than the supervisor's patience; what a model is computing is left behind.
SHUTDOWN_SECONDS = 1.0
MODELS: web.AppKey["asyncio.Future[Models]"] = web.AppKey("models", asyncio.Future)


class SynthesizeRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str = Field(min_length=1, max_length=5000)
    voice: str
    keep: bool = False


class EmbedRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["query", "statements", "passages"]
    texts: list[str] = Field(min_length=1, max_length=64)


class Problem(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def build_app(models: "asyncio.Future[Models]") -> web.Application:
    """Return the server's application; until the future has a result, it answers 503."""
    app = web.Application(client_max_size=MAX_AUDIO_BYTES, middlewares=[_answer_problems])
    app[MODELS] = models
    app.add_routes(
        [
            web.get("/health", health),
            web.post("/transcribe", transcribe),
            web.post("/synthesize", synthesize),
            web.post("/embed", embed),
        ]
    )
    return app


async def health(request: web.Request) -> web.Response:
    models = _models(request)
    return web.json_response({"status": "ok", "voices": models.speaking.voices})


async def transcribe(request: web.Request) -> web.Response:
    models = _models(request)
    sample_rate = _sample_rate(request)
    if (language := request.query.get("language", "en")) != "en":
        raise Problem(
            400,
            "unsupported_language",
            f"The local speech model understands English only, not {language!r}.",
        )
    audio = await request.read()
    if len(audio) % 2:
        raise Problem(400, "invalid", "The body must be 16-bit samples.")
    heard, took_ms = await models.transcribe(audio, sample_rate=sample_rate)
    return web.json_response(
        {"text": heard.text, "confidence": heard.confidence, "took_ms": took_ms}
    )


async def synthesize(request: web.Request) -> web.StreamResponse:
    models = _models(request)
    wanted = await _read(request, SynthesizeRequest)
    if wanted.voice not in models.speaking.voices:
        known = ", ".join(models.speaking.voices)
        raise Problem(400, "unknown_voice", f"There is no voice {wanted.voice!r}; known: {known}.")
    response = web.StreamResponse(headers={"Content-Type": "audio/pcm"})
    await response.prepare(request)
    async for piece in models.synthesize(wanted.text, voice=wanted.voice, keep=wanted.keep):
        await response.write(piece)
    await response.write_eof()
    return response


async def embed(request: web.Request) -> web.Response:
    models = _models(request)
    wanted = await _read(request, EmbedRequest)
    if wanted.kind == "query":
        vectors = [await models.embed_query(text) for text in wanted.texts]
    elif wanted.kind == "statements":
        vectors = await models.embed_statements(wanted.texts)
    else:
        vectors = await models.embed_passages(wanted.texts)
    return web.json_response({"vectors": vectors})


def _models(request: web.Request) -> "Models":
    models = request.app[MODELS]
    if not models.done():
        raise Problem(503, "loading", "The models are still loading; try again in a few seconds.")
    return models.result()


def _sample_rate(request: web.Request) -> int:
    text = request.query.get("sample_rate", "")
    if not text.isascii() or not text.isdigit() or int(text) not in SAMPLE_RATES:
        raise Problem(400, "invalid", "sample_rate must be between 8000 and 48000.")
    return int(text)


async def _read(request: web.Request, shape: type[Body]) -> Body:
    try:
        return shape.model_validate_json(await request.read())
    except ValidationError as error:
        # Field names only: the values are somebody's words.
        fields = {".".join(map(str, item["loc"])) or "body" for item in error.errors()}
        raise Problem(400, "invalid", f"Wrong or missing: {', '.join(sorted(fields))}.") from None


@web.middleware
async def _answer_problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except Problem as problem:
        return _error(problem.status, problem.code, problem.message)
    except web.HTTPRequestEntityTooLarge:
        return _error(413, "too_large", f"At most {MAX_AUDIO_BYTES} bytes.")
    except web.HTTPException as refusal:
        return _error(refusal.status, "invalid", refusal.reason)


def _error(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


# -- The process -----------------------------------------------------------------------------


def bind_socket(path: Path) -> socket.socket:
    """Return a listening socket that only this user can open; one that a dead process left is
    replaced.

    Raises:
        OSError: a living process answers there already, or the folder can't be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and _answers(path):
        raise OSError(f"Another model process serves {path}; stop it first.")
    path.unlink(missing_ok=True)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old_mask = os.umask(0o177)
    try:
        server.bind(str(path))
    finally:
        os.umask(old_mask)
    server.listen(128)
    return server


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe, contextlib.suppress(OSError):
        probe.connect(str(path))
        return True
    return False


async def serve(path: Path, *, load: Callable[[], Awaitable["Models"]]) -> None:
    """Serve until SIGTERM or SIGINT; ends at once when the models can't be loaded.

    Raises:
        Exception: what `load` raised.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loading = asyncio.ensure_future(load())
    runner = web.AppRunner(
        build_app(loading),
        handle_signals=False,
        handler_cancellation=True,
        access_log=None,
        shutdown_timeout=SHUTDOWN_SECONDS,
    )
    await runner.setup()
    listening = bind_socket(path)
    inode = await asyncio.to_thread(lambda: path.stat().st_ino)
    await web.SockSite(runner, listening).start()
    logger.info("Model process listens, models are loading")
    try:
        await _until_stopped(stop, loading)
    finally:
        await runner.cleanup()
        _remove_socket(path, inode)


async def _until_stopped(stop: asyncio.Event, loading: "asyncio.Future[Any]") -> None:
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait({stopped, loading}, return_when=asyncio.FIRST_COMPLETED)
    if loading.done():
        loading.result()
        logger.info("Models are loaded and warm")
        await stopped
    else:
        loading.cancel()


def _remove_socket(path: Path, inode: int) -> None:
    """Remove our socket, not one that a successor has put in its place."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_ino == inode:
            path.unlink()
