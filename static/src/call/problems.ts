/*
 * Everything that can keep a conversation from happening, each with a plain sentence and a cure. An owner is told
 * what to change; a visitor is only told what a visitor can do, because the rest is not theirs to fix.
 */
export type ProblemCode =
  | "microphone_refused"
  | "microphone_missing"
  | "microphone_busy"
  | "microphone_failed"
  | "insecure_page"
  | "browser_too_old"
  | "offline"
  | "server_unreachable"
  | "server_error"
  | "livekit_unreachable"
  | "token_rejected"
  | "agent_missing"
  | "agent_lost"
  | "engine_failed"
  | "engine_rejected"
  | "connection_lost"
  | "opened_elsewhere"
  | "rate_limited"
  | "at_capacity"
  | "agent_inactive"
  | "agent_not_configured"
  | "agent_gone"
  | "origin_not_allowed"
  | "signed_out"
  | "session_ended"
  | "busy"
  | "invalid"
  | "voice_unavailable";

export type Audience = "owner" | "visitor";

/** What is left when talking doesn't work: typing, a message form, or nothing. */
export type Fallback = "text" | "form" | null;

export interface Problem {
  code: ProblemCode;
  fallback: Fallback;
  /** The server's own words, where it gave any that say more than ours. */
  detail?: string;
  retryAfterSeconds?: number;
}

export interface Advice {
  title: string;
  cure: string;
  canRetry: boolean;
}

interface Entry {
  title: string;
  owner: string;
  visitor?: string;
  fallback: Fallback;
  isFinal?: true;
}

const LATER = "Please try again in a moment, or write to us instead.";
const OWN_MACHINE = "If you run this platform yourself, ";

const ENTRIES: Record<ProblemCode, Entry> = {
  microphone_refused: {
    title: "Your browser is not allowed to use the microphone",
    owner:
      "Click the icon left of the address, allow the microphone for this site, then try again. " +
      "If it is allowed there, look at the microphone setting of your computer or phone.",
    fallback: "text",
  },
  microphone_missing: {
    title: "No microphone was found",
    owner: "Plug one in or switch on your headset, then try again.",
    fallback: "text",
  },
  microphone_busy: {
    title: "Another program is using the microphone",
    owner: "Close the other call or recording, then try again.",
    fallback: "text",
  },
  microphone_failed: {
    title: "The microphone could not be started",
    owner: "Unplug it and plug it in again, or choose another one in your browser's settings.",
    fallback: "text",
  },
  insecure_page: {
    title: "This page can't use the microphone",
    owner:
      "Browsers allow it only on https:// pages and on localhost. Open this page with https://, " +
      "or on this computer as http://localhost.",
    visitor: "Browsers allow it only on pages that start with https://.",
    fallback: "text",
    isFinal: true,
  },
  browser_too_old: {
    title: "This browser can't make calls",
    owner: "Use a current Chrome, Edge, Firefox or Safari.",
    fallback: "text",
    isFinal: true,
  },
  offline: {
    title: "You are offline",
    owner: "Check your connection, then try again.",
    fallback: null,
  },
  server_unreachable: {
    title: "The server does not answer",
    owner: `Check your connection. ${OWN_MACHINE}see whether bin/up is still running.`,
    visitor: "Check your connection, then try again.",
    fallback: "form",
  },
  server_error: {
    title: "Something went wrong on our side",
    owner: "It has been recorded. Try again; if it stays, staff find it in the log.",
    visitor: LATER,
    fallback: "form",
  },
  livekit_unreachable: {
    title: "The call server can't be reached from this browser",
    owner:
      "A firewall, VPN or proxy may block it. Try another network. " +
      `${OWN_MACHINE}check LIVEKIT_PUBLIC_URL and that its port is open.`,
    visitor: "A firewall or VPN may block calls. Try another network, or write to us instead.",
    fallback: "text",
  },
  token_rejected: {
    title: "The call server refused our key",
    owner:
      "LIVEKIT_API_KEY and LIVEKIT_API_SECRET must be a pair that the server at LIVEKIT_URL knows, " +
      "and both clocks must be right.",
    visitor: LATER,
    fallback: "text",
  },
  agent_missing: {
    title: "The agent did not join the call",
    owner:
      "The voice worker is not running, still starting, or full. Wait half a minute and try again. " +
      `${OWN_MACHINE}look at the log of voice-worker.`,
    visitor: LATER,
    fallback: "text",
  },
  agent_lost: {
    title: "The agent left the call unexpectedly",
    owner: `What was said is saved. Try again. ${OWN_MACHINE}look at the log of voice-worker.`,
    visitor: "We are sorry. Please call again, or write to us instead.",
    fallback: "text",
  },
  engine_failed: {
    title: "The agent can't go on with this call",
    owner:
      "A model that hears or speaks for it failed. What was said is saved. Try again in a minute. " +
      `${OWN_MACHINE}look at the logs of models and voice-worker.`,
    visitor: "We are sorry. Please call again, or write to us instead.",
    fallback: "text",
  },
  engine_rejected: {
    title: "This agent's voice settings don't work here",
    owner:
      "No model here speaks its language or has its voice. Choose others in the agent's settings and " +
      "publish, then try again.",
    visitor: LATER,
    fallback: "text",
  },
  connection_lost: {
    title: "The connection was lost",
    owner: "What was said is saved. Check your network, then go on with the call.",
    fallback: "text",
  },
  opened_elsewhere: {
    title: "This call was continued in another tab",
    owner: "Go on there, or start a new call here.",
    fallback: null,
  },
  rate_limited: {
    title: "Too many calls in a short time",
    owner: "Wait a moment, then try again.",
    fallback: null,
  },
  at_capacity: {
    title: "All lines are busy",
    owner: "As many calls as allowed are open now. Hang up one of them, or try again in a minute.",
    visitor: "Please try again in a minute, or write to us instead.",
    fallback: "text",
  },
  agent_inactive: {
    title: "This agent is switched off",
    owner: "Switch it on at the top of the agent's page, then try again.",
    visitor: "It takes no calls at the moment. You can write to us instead.",
    fallback: "form",
  },
  agent_not_configured: {
    title: "This agent can't speak yet",
    owner: "Finish setting it up: it needs something to know and a few answers from you.",
    visitor: "It takes no calls at the moment. You can write to us instead.",
    fallback: "form",
    isFinal: true,
  },
  agent_gone: {
    title: "This agent does not exist any more",
    owner: "It was deleted, or it belongs to another business.",
    visitor: "It takes no calls any more.",
    fallback: null,
    isFinal: true,
  },
  origin_not_allowed: {
    title: "This website may not show this agent",
    owner: "Add its address under Agent > Widget > Allowed websites.",
    visitor: "It takes no calls here.",
    fallback: null,
    isFinal: true,
  },
  signed_out: {
    title: "You are signed out",
    owner: "Sign in again; this page will bring you back here.",
    visitor: "Reload the page, then try again.",
    fallback: null,
    isFinal: true,
  },
  session_ended: {
    title: "This conversation is over",
    owner: "Start a new one.",
    fallback: null,
  },
  busy: {
    title: "The agent is still answering",
    owner: "Wait for the answer, then send your next message.",
    fallback: null,
  },
  invalid: {
    title: "This can't be sent as it is",
    owner: "Please check it, and send it again.",
    fallback: "form",
  },
  voice_unavailable: {
    title: "No calls at the moment",
    owner: "You can type instead.",
    visitor: LATER,
    fallback: "text",
  },
};

export function problem(code: ProblemCode, extra: Partial<Problem> = {}): Problem {
  return { code, fallback: ENTRIES[code].fallback, ...extra };
}

/** Say what is wrong and what this person can do about it. */
export function advise(found: Problem, audience: Audience): Advice {
  const entry = ENTRIES[found.code];
  const cure = (audience === "visitor" && entry.visitor) || entry.owner;
  // Our own messages mark commands with backticks, which here would only be dirt.
  const detail = audience === "owner" && found.detail ? `${found.detail.replaceAll("`", "")} ` : "";
  return { title: entry.title, cure: detail + cure + waiting(found), canRetry: !entry.isFinal };
}

function waiting(found: Problem): string {
  const seconds = found.retryAfterSeconds;
  return seconds ? ` (${seconds} seconds)` : "";
}

export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(ENTRIES, code);
}

/** Carries a Problem through code that throws. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code);
  }
}

/** Name what getUserMedia threw; browsers agree on these names, not on their messages. */
export function fromMicrophone(error: unknown): Problem {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return problem("microphone_refused");
  if (name === "NotFoundError" || name === "OverconstrainedError")
    return problem("microphone_missing");
  if (name === "NotReadableError" || name === "AbortError") return problem("microphone_busy");
  return problem("microphone_failed");
}

/** Find out why nothing can be recorded at all, before asking for it. */
export function fromEnvironment(page: {
  isSecure: boolean;
  hasMicrophoneApi: boolean;
  hasWebRtc: boolean;
}): Problem | null {
  if (!page.isSecure) return problem("insecure_page");
  if (!page.hasMicrophoneApi || !page.hasWebRtc) return problem("browser_too_old");
  return null;
}

interface ErrorBody {
  error?: { code?: unknown; message?: unknown; fallback?: unknown };
}

/** Name an answer of the API that isn't a success. */
export function fromAnswer(status: number, body: unknown, retryAfter: string | null): Problem {
  const error = (body as ErrorBody | null)?.error ?? {};
  const code = typeof error.code === "string" ? error.code : "";
  const extra: Partial<Problem> = {};
  if (code === "voice_unavailable" && typeof error.message === "string")
    extra.detail = error.message;
  if (error.fallback === "text" || error.fallback === "form") extra.fallback = error.fallback;
  if (retryAfter && /^\d+$/.test(retryAfter)) extra.retryAfterSeconds = Number(retryAfter);
  return problem(codeOf(status, code), extra);
}

function codeOf(status: number, code: string): ProblemCode {
  if (isProblemCode(code)) return code;
  if (status === 401 || status === 403) return "signed_out";
  if (status === 404) return "agent_gone";
  if (status === 429) return "rate_limited";
  return "server_error";
}

const USUAL_ENDS = new Set([
  "visitor_left",
  "goodbye",
  "time_limit",
  "idle",
  "room_deleted",
  "room_closed",
]);

/** Name why the agent ended the call, or null when it ended as calls do; what we don't know is no usual end. */
export function fromEnd(reason: string): Problem | null {
  if (!reason || USUAL_ENDS.has(reason)) return null;
  return problem(isProblemCode(reason) ? reason : "agent_lost");
}

/** Name what fetch threw; it says nothing itself. */
export function fromNetwork(isOnline: boolean): Problem {
  return problem(isOnline ? "server_unreachable" : "offline");
}
