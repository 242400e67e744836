/*
 * LiveKit's transcription streams become captions. The agent's segment is one stream that grows with its voice; each
 * version of what the visitor said is a stream of its own, which replaces the one before.
 */
import type { Captions } from "./captions";
import type { Speaker } from "./types";

const SEGMENT = "lk.segment_id";
const FINAL = "lk.transcription_final";

/** The part of livekit-client's TextStreamReader that is needed. */
export interface TextStream extends AsyncIterable<string> {
  readonly info: { id: string; attributes?: Record<string, string> };
}

/** Copy one stream into the captions, calling `changed` after each piece. */
export async function follow(
  stream: TextStream,
  who: Speaker,
  captions: Captions,
  changed: () => void,
): Promise<void> {
  const { id, attributes = {} } = stream.info;
  const segment = attributes[SEGMENT] ?? id;
  const isFinal = attributes[FINAL] === "true";
  let text = "";
  for await (const piece of stream) {
    text += piece;
    captions.put(segment, who, text, isFinal);
    changed();
  }
  captions.put(segment, who, text, isFinal || isFinalNow(stream));
  changed();
}

/** The agent's stream says only at its end that it is final. */
function isFinalNow(stream: TextStream): boolean {
  return stream.info.attributes?.[FINAL] === "true";
}
