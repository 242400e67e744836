"""LiveKit's AgentServer as this platform runs it.

The server's load is the share of taken places, so that LiveKit never sends a call that has no warm
process; so many are kept idle. The worker's own HTTP health port isn't used: it says OK while the
worker fails to register.
"""

import logging

from livekit import agents as lk

from worker import entry

# A job process imports nothing, but a busy machine forks slowly.
INITIALIZE_SECONDS = 30
# Turns that the database hasn't taken yet are offered to it for this long when a job ends.
SESSION_END_SECONDS = 15


def build_server(
    *,
    url: str,
    api_key: str,
    api_secret: str,
    agent_name: str,
    max_calls: int,
    drain_seconds: int,
) -> lk.AgentServer:
    """Return a server that takes at most `max_calls` calls at once."""

    _keep_words_out_of_logs()

    def load(server: lk.AgentServer) -> float:
        return min(1.0, len(server.active_jobs) / max_calls)

    server = lk.AgentServer(
        ws_url=url,
        api_key=api_key,
        api_secret=api_secret,
        setup_fnc=entry.prewarm,
        load_fnc=load,
        load_threshold=0.99,
        num_idle_processes=max_calls,
        preload_modules=["worker.entry", "worker.preload"],
        initialize_process_timeout=INITIALIZE_SECONDS,
        session_end_timeout=SESSION_END_SECONDS,
        shutdown_process_timeout=SESSION_END_SECONDS + 5,
        drain_timeout=drain_seconds,
        host="127.0.0.1",
        port=0,
    )
    server.rtc_session(
        entry.run_job,
        agent_name=agent_name,
        on_request=entry.handle_request,
        on_session_end=entry.end_job,
    )
    return server


def _keep_words_out_of_logs() -> None:
    """At DEBUG, LiveKit's library logs what was said; jobs get their levels from this process."""
    logger = logging.getLogger("livekit.agents")
    logger.setLevel(max(logging.INFO, logger.getEffectiveLevel()))
