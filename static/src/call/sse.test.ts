import { expect, test } from "vitest";
import { EventParser, readEvents } from "./sse";

const ANSWER =
  'event: delta\ndata: {"text":"On"}\n\nevent: done\r\ndata: {"text":"On"}\r\n\r\n: ping\n\ndata: a\ndata: b\n\n';
const EVENTS = [
  { name: "delta", data: '{"text":"On"}' },
  { name: "done", data: '{"text":"On"}' },
  { name: "message", data: "a\nb" },
];

test("events are the same however the network cuts the stream", () => {
  for (let size = 1; size <= ANSWER.length; size++) {
    const parser = new EventParser();
    const found = [];
    for (let at = 0; at < ANSWER.length; at += size)
      found.push(...parser.push(ANSWER.slice(at, at + size)));
    expect(found).toEqual(EVENTS);
  }
});

test("a half event at the end is not an event", () => {
  expect(new EventParser().push("event: delta\ndata: x\n")).toEqual([]);
});

test("letters of several bytes survive being cut in the middle", async () => {
  const bytes = new TextEncoder().encode("data: Öffnungszeiten 日\n\n");
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
      controller.close();
    },
  });
  const found = [];
  for await (const event of readEvents(body)) found.push(event.data);
  expect(found).toEqual(["Öffnungszeiten 日"]);
});
