/*
 * What only the browser can measure: from the click to the first sound of the greeting, and from the end of what the
 * visitor said to the first sound of the answer. Taken from the audio on both sides, so that it is what a person
 * hears, with network, buffers and all.
 */

/** Quieter than this is silence on the agent's side; its voice comes from a file or a model, without room noise. */
const AGENT_AUDIBLE = 0.004;
/** A pause inside an answer is shorter than this. */
const AGENT_PAUSE_MS = 300;
/** The visitor speaks when this much louder than their room, and at least this loud. */
const VISITOR_OVER_NOISE = 3;
const VISITOR_AUDIBLE = 0.01;
/** A cough or a click of the mouse is shorter than this. */
const SHORTEST_SPEECH_MS = 150;
/** Later than this, an answer has another cause. */
const LONGEST_WAIT_MS = 30_000;

/** Field names and units of `POST .../client-metrics`. */
export interface LatencyReport {
  connected_ms?: number;
  greeting_audible_ms?: number;
  answer_audible_ms?: number[];
}

export class LatencyMeter {
  private connectedMs: number | undefined;
  private greetingMs: number | undefined;
  private readonly answersMs: number[] = [];
  private agentHeardAt = -Infinity;
  private noise = VISITOR_AUDIBLE;
  private speechSince: number | null = null;
  private speechUntil: number | null = null;

  /**
   * All times are milliseconds of one clock, such as performance.now(). A call that goes on after a reload was
   * connected and greeted before: `isResumed` keeps those first figures.
   */
  constructor(
    private readonly clickedAt: number,
    private readonly isResumed = false,
  ) {}

  connected(at: number): void {
    if (!this.isResumed) this.connectedMs ??= Math.round(at - this.clickedAt);
  }

  /** Take the levels of one moment; return true when something new was measured. */
  sample(at: number, visitor: number, agent: number): boolean {
    const isAudible = agent > AGENT_AUDIBLE;
    const isOnset = isAudible && at - this.agentHeardAt > AGENT_PAUSE_MS;
    const isMeasured = isOnset && this.measure(at);
    if (isAudible) this.agentHeardAt = at;
    // What the microphone picks up while the agent speaks may be the agent itself.
    else this.listen(at, visitor);
    return isMeasured;
  }

  report(): LatencyReport {
    const report: LatencyReport = {};
    if (this.answersMs.length) report.answer_audible_ms = [...this.answersMs];
    if (this.connectedMs !== undefined) report.connected_ms = this.connectedMs;
    if (this.greetingMs !== undefined) report.greeting_audible_ms = this.greetingMs;
    return report;
  }

  private measure(at: number): boolean {
    const spokenUntil = this.speechUntil;
    this.speechSince = this.speechUntil = null;
    if (this.greetingMs === undefined && !this.isResumed) {
      this.greetingMs = Math.round(at - this.clickedAt);
      return true;
    }
    if (spokenUntil === null || at - spokenUntil > LONGEST_WAIT_MS) return false;
    this.answersMs.push(Math.round(at - spokenUntil));
    return true;
  }

  private listen(at: number, level: number): void {
    this.noise += (level - this.noise) * (level < this.noise ? 0.1 : 0.001);
    if (level < Math.max(VISITOR_AUDIBLE, this.noise * VISITOR_OVER_NOISE)) {
      if (this.speechUntil === null) this.speechSince = null;
      return;
    }
    this.speechSince ??= at;
    if (at - this.speechSince >= SHORTEST_SPEECH_MS) this.speechUntil = at;
  }
}
