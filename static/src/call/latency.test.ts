import { expect, test } from "vitest";
import { LatencyMeter } from "./latency";

const TICK_MS = 20;

/** Play both sides from `from` to `to`; returns how often something was measured. */
function play(
  meter: LatencyMeter,
  from: number,
  to: number,
  visitor: number,
  agent: number,
): number {
  let measured = 0;
  for (let at = from; at < to; at += TICK_MS) measured += Number(meter.sample(at, visitor, agent));
  return measured;
}

test("the greeting counts from the click", () => {
  const meter = new LatencyMeter(1000);
  meter.connected(1400);
  play(meter, 1400, 1900, 0, 0);
  expect(play(meter, 1900, 3000, 0, 0.1)).toBe(1);
  expect(meter.report()).toEqual({ connected_ms: 400, greeting_audible_ms: 900 });
});

function greeted(): LatencyMeter {
  const meter = new LatencyMeter(0);
  play(meter, 0, 1000, 0, 0.1);
  return meter;
}

test("an answer counts from the end of what was said, not from its pauses", () => {
  const meter = greeted();
  play(meter, 1000, 2000, 0.001, 0);
  play(meter, 2000, 2600, 0.1, 0);
  play(meter, 2600, 3000, 0.001, 0);
  play(meter, 3000, 4000, 0.1, 0);
  play(meter, 4000, 4800, 0.001, 0);
  play(meter, 4800, 6000, 0.001, 0.1);
  expect(meter.report().answer_audible_ms).toEqual([820]);
});

test("a pause inside an answer is no second answer", () => {
  const meter = greeted();
  play(meter, 1000, 2000, 0.1, 0);
  play(meter, 2000, 2500, 0, 0);
  play(meter, 2500, 3500, 0, 0.1);
  play(meter, 3500, 4200, 0, 0);
  play(meter, 4200, 5000, 0, 0.1);
  expect(meter.report().answer_audible_ms).toHaveLength(1);
});

test("a click and a noisy room are not speech", () => {
  const meter = greeted();
  play(meter, 1000, 1060, 0.3, 0);
  play(meter, 1060, 9000, 0.008, 0);
  play(meter, 9000, 9500, 0, 0.1);
  expect(meter.report().answer_audible_ms).toBeUndefined();
});

test("after a reload the first figures of the call are left alone", () => {
  const meter = new LatencyMeter(0, true);
  meter.connected(300);
  play(meter, 300, 900, 0, 0.1);
  expect(meter.report()).toEqual({});
});
