/*
 * The HTTP half of a conversation, as in the API's contract: open a session, get a fresh join token, take typed
 * turns, say what was measured, end. Every failure leaves here as a ProblemError, so that callers never see a status.
 */
import { fromAnswer, fromNetwork, problem, ProblemError, type Problem } from "./problems";
import { readEvents, type ServerEvent } from "./sse";
import type { AgentInfo, CallPass, NewSession, SessionKey } from "./types";

interface SessionAnswer {
  session_id: string;
  session_secret: string;
  agent: AgentInfo;
  livekit_url?: string;
  token?: string;
}

export interface Message {
  name: string;
  contact: string;
  text: string;
  sessionId: string | null;
}

export class VoiceApi {
  /** `origin` is the platform's; empty on its own pages, where the member's cookie goes along. */
  constructor(private readonly origin = "") {}

  async createSession(agentId: string, channel: "voice" | "text"): Promise<NewSession> {
    const body = { channel, page_url: pageAddress() };
    const answer = await this.post(`voice/${agentId}/session`, body);
    const made = (await answer.json()) as SessionAnswer;
    const key = { id: made.session_id, secret: made.session_secret };
    return { key, agent: made.agent, pass: passOf(made) };
  }

  /** Return a fresh pass for a call that is still open. */
  async renewPass(key: SessionKey): Promise<CallPass> {
    const body = { session_id: key.id, session_secret: key.secret };
    const answer = await this.post("livekit/token", body).catch((error: unknown) => {
      throw isGone(error) ? new ProblemError(problem("session_ended")) : error;
    });
    const pass = passOf((await answer.json()) as SessionAnswer);
    if (!pass) throw new ProblemError(problem("server_error"));
    return pass;
  }

  /** Send a typed turn; return the answer's events once the server has taken it. */
  async takeTurn(key: SessionKey, text: string): Promise<AsyncIterable<ServerEvent>> {
    const body = { session_secret: key.secret, text };
    const answer = await this.post(`voice/session/${key.id}/turns`, body);
    return readEvents(answer.body ?? new ReadableStream());
  }

  async leaveMessage(agentId: string, message: Message): Promise<void> {
    const { name, contact, text, sessionId } = message;
    const body = { name, contact, text, ...(sessionId && { session_id: sessionId }) };
    await this.post(`voice/${agentId}/message`, body);
  }

  /** Hang up. Runs on when the page goes away, and nobody waits for it: the server also notices by itself. */
  end(key: SessionKey): void {
    void this.post(`voice/session/${key.id}/end`, { session_secret: key.secret }, true).catch(
      () => undefined,
    );
  }

  /** Report what only the browser can measure; losing a report is no reason to disturb a call. */
  report(key: SessionKey, metrics: object): void {
    const body = { session_secret: key.secret, ...metrics };
    void this.post(`voice/session/${key.id}/client-metrics`, body, true).catch(() => undefined);
  }

  private async post(path: string, body: object, keepalive = false): Promise<Response> {
    const answer = await fetch(`${this.origin}/api/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      credentials: this.origin ? "omit" : "same-origin",
      keepalive,
    }).catch(() => {
      throw new ProblemError(fromNetwork(navigator.onLine));
    });
    if (!answer.ok) throw new ProblemError(await this.nameProblem(answer));
    return answer;
  }

  private async nameProblem(answer: Response): Promise<Problem> {
    const body: unknown = await answer.json().catch(() => null);
    const found = fromAnswer(answer.status, body, answer.headers.get("Retry-After"));
    // Our own pages need no place on the agent's list, only a member who is signed in.
    const isSignedOut = found.code === "origin_not_allowed" && !this.origin;
    return isSignedOut ? problem("signed_out") : found;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.code === "agent_gone";
}

function passOf(answer: SessionAnswer): CallPass | null {
  if (!answer.livekit_url || !answer.token) return null;
  return { url: answer.livekit_url, token: answer.token };
}

/** The address without query and fragment, which may hold what is nobody's business. */
function pageAddress(): string {
  return (location.origin + location.pathname).slice(0, 1000);
}
