import { expect, test } from "vitest";
import { clock, latencyLine } from "./words";

test("the figures are one line that leaves out what isn't known yet", () => {
  expect(latencyLine({})).toBe("");
  expect(latencyLine({ connected_ms: 380 })).toBe("Connected in 0.4 s");
  const all = { connected_ms: 380, greeting_audible_ms: 910, answer_audible_ms: [1200, 840] };
  expect(latencyLine(all)).toBe("Connected in 0.4 s · greeting after 0.9 s · answer after 0.8 s");
});

test("lengths read like a clock", () => {
  expect([0, 9.9, 61, 3600].map(clock)).toEqual(["0:00", "0:09", "1:01", "60:00"]);
});
