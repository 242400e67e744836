import { expect, test } from "vitest";
import {
  advise,
  fromAnswer,
  fromEnd,
  fromEnvironment,
  fromMicrophone,
  isProblemCode,
  problem,
} from "./problems";

const named = (name: string) => Object.assign(new Error("x"), { name });

test.each([
  ["NotAllowedError", "microphone_refused"],
  ["SecurityError", "microphone_refused"],
  ["NotFoundError", "microphone_missing"],
  ["OverconstrainedError", "microphone_missing"],
  ["NotReadableError", "microphone_busy"],
  ["TypeError", "microphone_failed"],
])("getUserMedia's %s is %s", (name, code) => {
  expect(fromMicrophone(named(name)).code).toBe(code);
});

test("an insecure page is named before a missing microphone interface", () => {
  const page = { isSecure: false, hasMicrophoneApi: false, hasWebRtc: true };
  expect(fromEnvironment(page)?.code).toBe("insecure_page");
  expect(fromEnvironment({ ...page, isSecure: true })?.code).toBe("browser_too_old");
});

test.each([
  [403, { error: { code: "origin_not_allowed" } }, "origin_not_allowed"],
  [409, { error: { code: "agent_inactive" } }, "agent_inactive"],
  [429, { error: { code: "at_capacity" } }, "at_capacity"],
  [429, null, "rate_limited"],
  [404, { error: { code: "not_found" } }, "agent_gone"],
  [403, { error: { code: "forbidden" } }, "signed_out"],
  [502, "<html>", "server_error"],
])("answer %i %o is %s", (status, body, code) => {
  expect(fromAnswer(status, body, null).code).toBe(code);
});

test("the server's fallback, reason and waiting time are kept", () => {
  const error = {
    code: "voice_unavailable",
    message: "LiveKit does not answer.",
    fallback: "form",
  };
  const found = fromAnswer(503, { error }, "12");
  expect(found).toMatchObject({ fallback: "form", retryAfterSeconds: 12 });
  expect(advise(found, "owner").cure).toContain("LiveKit does not answer.");
  expect(advise(found, "visitor").cure).not.toContain("LiveKit");
});

test("no visitor is told what only an owner can change", () => {
  const codes = ["agent_missing", "token_rejected", "voice_unavailable", "server_unreachable"];
  for (const code of codes.filter(isProblemCode)) {
    const { title, cure } = advise(problem(code), "visitor");
    expect(`${title} ${cure}`).not.toMatch(/LIVEKIT|worker|bin\/up|log/);
  }
});

test.each(["visitor_left", "goodbye", "time_limit", "idle", "room_deleted", "room_closed", ""])(
  "a call that ended by %j has no problem",
  (reason) => expect(fromEnd(reason)).toBeNull(),
);

test.each([
  ["engine_failed", "engine_failed"],
  ["engine_rejected", "engine_rejected"],
  ["something_new", "agent_lost"],
])("a call that ended by %j tells its problem and a cure", (reason, code) => {
  const found = fromEnd(reason);
  expect(found).toMatchObject({ code, fallback: "text" });
  expect(found && advise(found, "visitor").cure).not.toContain("log");
  expect(found && advise(found, "owner").cure).toContain("ry again");
});
