/*
 * What the platform says beside the spoken word: one JSON object per message on topic `app.ui`, or the same bodies as
 * server-sent events of a typed turn. Everything is checked here, because it stands on strangers' pages; what isn't
 * known is ignored, so that an older client lives with a newer server.
 */
import type { Card, Source } from "./types";

export type UiMessage =
  | { type: "sources"; items: Source[] }
  | { type: "card"; card: Card }
  | { type: "notice"; text: string }
  | { type: "ended"; reason: string };

type Json = Record<string, unknown>;

/** Return the message in `text`, or null when it is none that we know. */
export function parseUiMessage(text: string): UiMessage | null {
  const body = parseJson(text);
  return body && body["v"] === 1 ? readMessage(String(body["type"]), body) : null;
}

/** Return the message with this name and body, or null when it is none that we know. */
export function readMessage(type: string, body: Json): UiMessage | null {
  switch (type) {
    case "sources":
      return { type, items: readSources(body["items"]) };
    case "card":
      return { type, card: readCard(isObject(body["card"]) ? body["card"] : body) };
    case "notice":
      return { type, text: words(body["text"] ?? body["message"]) };
    case "ended":
      return { type, reason: words(body["reason"]) };
    default:
      return null;
  }
}

export function parseJson(text: string): Json | null {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : null;
  } catch {
    return null;
  }
}

/** Return the sources, each page or document once. */
function readSources(items: unknown): Source[] {
  const found = new Map<string, Source>();
  for (const item of Array.isArray(items) ? items : []) {
    const source = isObject(item) && readSource(item);
    if (!source) continue;
    const name = `${source.url ?? source.title}#${source.page ?? ""}`;
    if (!found.has(name)) found.set(name, source);
  }
  return [...found.values()];
}

function readSource(item: Json): Source | null {
  const title = words(item["title"]);
  const url = safeUrl(item["url"]);
  if (!title && !url) return null;
  const source: Source = { title: title || (url ?? "") };
  if (url) source.url = url;
  if (Number.isInteger(item["page"])) source.page = item["page"] as number;
  if (words(item["text"])) source.text = words(item["text"]);
  return source;
}

function readCard(body: Json): Card {
  const card: Card = { title: words(body["title"]), fields: readFields(body["fields"]) };
  const text = words(body["text"] ?? body["message"]);
  const url = safeUrl(body["url"]);
  if (text) card.text = text;
  if (url) card.url = url;
  return card;
}

function readFields(fields: unknown): Card["fields"] {
  if (!Array.isArray(fields)) return [];
  return fields
    .filter(isObject)
    .map((field) => ({ label: words(field["label"]), value: words(field["value"]) }))
    .filter((field) => field.value);
}

/** Only web addresses become links: a page could hold `javascript:`. */
function safeUrl(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) ? value : undefined;
}

function words(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
