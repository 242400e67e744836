/*
 * Remembers an open call for this tab, so that a reload can go on with it. sessionStorage and not localStorage: the
 * secret should not outlive the tab, and a second tab must not take the call away from the first.
 */
import type { SessionKey } from "./types";

const nameOf = (agentId: string) => `call:${agentId}`;

export function rememberCall(agentId: string, key: SessionKey): void {
  try {
    sessionStorage.setItem(nameOf(agentId), JSON.stringify(key));
  } catch {
    // Storage may be switched off; then a reload can't go on, and nothing else is lost.
  }
}

export function forgetCall(agentId: string): void {
  try {
    sessionStorage.removeItem(nameOf(agentId));
  } catch {
    // As above.
  }
}

export function recallCall(agentId: string): SessionKey | null {
  try {
    const key = JSON.parse(sessionStorage.getItem(nameOf(agentId)) ?? "null") as SessionKey | null;
    return key && typeof key.id === "string" && typeof key.secret === "string" ? key : null;
  } catch {
    return null;
  }
}
