/*
 * Asks the platform whether calls work before anybody clicks, and keeps asking while they don't, so that an owner reads
 * the reason at once and sees it go away.
 */
import { problem, type Problem } from "./problems";

const AGAIN_MS = 5_000;

interface Report {
  checks?: Record<string, { status?: string; message?: string } | undefined>;
}

/** Tell `show` what stands in the way of a call, and null when nothing does any more; stop by the returned function. */
export function watchReadiness(address: string, show: (found: Problem | null) => void): () => void {
  let isOver = false;
  let timer: number | undefined;
  const look = async () => {
    const found = await findObstacle(address);
    if (isOver) return;
    show(found);
    if (found) timer = window.setTimeout(() => void look(), AGAIN_MS);
  };
  void look();
  return () => {
    isOver = true;
    window.clearTimeout(timer);
  };
}

async function findObstacle(address: string): Promise<Problem | null> {
  try {
    const report = (await (await fetch(address)).json()) as Report;
    return readReport(report);
  } catch {
    // The page itself came from there: whatever this is, the call will name it better.
    return null;
  }
}

/** LiveKit first: without it no worker can be registered either. */
export function readReport(report: Report): Problem | null {
  for (const name of ["livekit", "worker"]) {
    const check = report.checks?.[name];
    if (check && check.status !== "ok")
      return problem("voice_unavailable", { detail: check.message ?? "" });
  }
  return null;
}
