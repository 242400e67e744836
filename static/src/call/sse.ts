/*
 * Reads server-sent events from a fetch body. Not EventSource, which can neither POST nor be given a secret in its
 * body. Follows the "event stream interpretation" of the HTML standard, as far as the server uses it: event and data.
 */
export interface ServerEvent {
  name: string;
  data: string;
}

/** Cuts text into events; text may arrive in pieces of any size. */
export class EventParser {
  private rest = "";

  push(piece: string): ServerEvent[] {
    // A trailing "\r" may be half of "\r\n": keep it until the next piece.
    const text = this.rest + piece;
    const held = text.endsWith("\r") ? "\r" : "";
    const blocks = text
      .slice(0, text.length - held.length)
      .replace(/\r\n?/g, "\n")
      .split("\n\n");
    this.rest = (blocks.pop() ?? "") + held;
    return blocks.map(parseBlock).filter((event) => event !== null);
  }
}

function parseBlock(block: string): ServerEvent | null {
  let name = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, field, value] = /^([^:]+)(?:: ?(.*))?$/.exec(line) ?? [];
    if (field === "event") name = value ?? "";
    if (field === "data") data.push(value ?? "");
  }
  return data.length ? { name, data: data.join("\n") } : null;
}

/** Yield the events of a response as they arrive. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const parser = new EventParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    // When the consumer stops early, the server should too.
    await reader.cancel().catch(() => undefined);
  }
}
