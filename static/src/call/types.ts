/*
 * The shapes that a conversation is made of in the browser: what the API and the room send, and what views show.
 * Types only, so that the widget's loader can use them without a byte of script.
 */

/** `reconnecting` covers both a lost network and an agent that is being replaced. */
export type CallState =
  "idle" | "connecting" | "listening" | "thinking" | "speaking" | "reconnecting" | "ended";

export type Speaker = "visitor" | "agent";

export interface Source {
  title: string;
  url?: string;
  page?: number;
  text?: string;
}

export interface Card {
  title: string;
  text?: string;
  url?: string;
  fields: { label: string; value: string }[];
}

export interface Caption {
  id: string;
  who: Speaker;
  text: string;
  isFinal: boolean;
  sources: Source[];
  cards: Card[];
}

export interface AgentInfo {
  name: string;
  greeting: string;
  language: string;
}

/** What names one session to the server; the secret is what a visitor has instead of a cookie. */
export interface SessionKey {
  id: string;
  secret: string;
}

export interface CallPass {
  url: string;
  token: string;
}

export interface NewSession {
  key: SessionKey;
  agent: AgentInfo;
  /** Only for calls. */
  pass: CallPass | null;
}
