import { expect, test } from "vitest";
import { Captions } from "./captions";
import { follow, type TextStream } from "./transcripts";

const texts = (captions: Captions) => captions.list.map(({ who, text }) => `${who}: ${text}`);
const hours = { title: "Opening hours", url: "https://shop.example/hours" };

function stream(pieces: string[], attributes: Record<string, string>): TextStream {
  return {
    info: { id: pieces.join(), attributes },
    async *[Symbol.asyncIterator]() {
      yield* await Promise.resolve(pieces);
    },
  };
}

test("each version of what the visitor said replaces the one before", async () => {
  const captions = new Captions();
  const first = { "lk.segment_id": "s1", "lk.transcription_final": "false" };
  await follow(stream(["When do"], first), "visitor", captions, () => undefined);
  expect(captions.list[0]?.isFinal).toBe(false);
  const last = { ...first, "lk.transcription_final": "true" };
  await follow(stream(["When do you open?"], last), "visitor", captions, () => undefined);
  expect(texts(captions)).toEqual(["visitor: When do you open?"]);
  expect(captions.list[0]?.isFinal).toBe(true);
});

test("the agent's words grow in one line", async () => {
  const captions = new Captions();
  const seen: string[] = [];
  await follow(stream(["At ", "ten."], { "lk.segment_id": "a1" }), "agent", captions, () =>
    seen.push(captions.list[0]?.text ?? ""),
  );
  expect(seen).toEqual(["At ", "At ten.", "At ten."]);
});

test("sources that come before their answer wait for it", () => {
  const captions = new Captions();
  captions.put("g", "agent", "Hello.", true);
  captions.add("visitor", "When do you open?");
  captions.attachSources([hours]);
  captions.put("a", "agent", "At ten.", false);
  expect(captions.list.map((line) => line.sources.length)).toEqual([0, 0, 1]);
});

test("sources of an answer that was cut off don't go to the next one", () => {
  const captions = new Captions();
  captions.add("visitor", "When do you");
  captions.attachSources([hours]);
  captions.add("visitor", "Never mind.");
  captions.attachSources([]);
  captions.put("a", "agent", "All right.", true);
  expect(captions.list.at(-1)?.sources).toEqual([]);
});

test("an answer without sources leaves those of an earlier one alone", () => {
  const captions = new Captions();
  captions.put("a", "agent", "At ten.", true);
  captions.attachSources([hours]);
  captions.attachSources([]);
  expect(captions.list[0]?.sources).toEqual([hours]);
});

test("silence makes no line", () => {
  const captions = new Captions();
  captions.put("v", "visitor", " ", false);
  expect(captions.list).toEqual([]);
});
