/* The state of a call in words, the same on every page and in the widget. */
import type { LatencyReport } from "./latency";
import type { CallState } from "./types";

export interface StateWords {
  title: string;
  hint: string;
}

const WORDS: Record<Exclude<CallState, "idle">, StateWords> = {
  connecting: { title: "Connecting", hint: "" },
  listening: { title: "Listening", hint: "Speak when you like." },
  thinking: { title: "Thinking", hint: "" },
  speaking: { title: "Speaking", hint: "You can interrupt at any time." },
  reconnecting: { title: "Reconnecting", hint: "Your call is kept. This takes a few seconds." },
  ended: { title: "Call ended", hint: "" },
};

export function stateWords(state: CallState, agentName: string): StateWords {
  if (state !== "idle") return WORDS[state];
  return { title: `Talk to ${agentName}`, hint: "Your browser will ask for the microphone." };
}

/** The call's figures as one line for the owner. */
export function latencyLine(report: LatencyReport): string {
  const answer = report.answer_audible_ms?.at(-1);
  const parts = [
    report.connected_ms !== undefined && `Connected in ${seconds(report.connected_ms)}`,
    report.greeting_audible_ms !== undefined &&
      `greeting after ${seconds(report.greeting_audible_ms)}`,
    answer !== undefined && `answer after ${seconds(answer)}`,
  ];
  return parts.filter(Boolean).join(" · ");
}

export function clock(elapsedSeconds: number): string {
  const whole = Math.floor(elapsedSeconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
