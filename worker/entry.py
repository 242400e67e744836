"""What LiveKit starts: the functions of a job, found again by name in every job process.

Jobs get their functions pickled by reference, so this module sets Django up wherever it is
imported: in the parent, in the forkserver that preloads it, and in each job.
"""

import logging

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from livekit import agents as lk

from voice_app import services
from worker.call import Call

# One job a process; its call, for the end of the job.
_CALL = "call"


def prewarm(process: lk.JobProcess) -> None:
    """Leave the logs to the parent, which gets a copy of every record and would be the second to
    write it.

    Nothing is loaded here: libraries come from the forkserver, models live in their own process.
    """
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, logging.StreamHandler):
            root.removeHandler(handler)


async def handle_request(request: lk.JobRequest) -> None:
    """Take every job that names a session; anything else (a doctor's probe) is dropped for good."""
    if request.job.metadata:
        await request.accept(name="Agent")
    else:
        await request.reject(terminate=True)


async def run_job(ctx: lk.JobContext) -> None:
    """Claim the session and talk; a job that comes second leaves without entering the room."""
    session = await services.aclaim_session(public_id=ctx.job.metadata, job_id=ctx.job.id)
    if session is None:
        ctx.shutdown("another job has the session, or it is over")
        return
    call = Call(ctx, session)
    ctx.proc.userdata[_CALL] = call
    await call.start()


async def end_job(ctx: lk.JobContext) -> None:
    call = ctx.proc.userdata.get(_CALL)
    if call is not None:
        await call.finish()
