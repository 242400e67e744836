/*
 * One call, from the click to the end: session, microphone and room are asked for at the same time, and whatever fails
 * becomes a Problem. Knows nothing of pages; views listen to its events. A call object is used once.
 */
import type { Captions } from "./captions";
import { Emitter } from "./emitter";
import { LatencyMeter, type LatencyReport } from "./latency";
import { Levels, loudness } from "./levels";
import { openMicrophone, readPermission, requireRecording } from "./microphone";
import { fromEnd, problem, ProblemError, type Problem, type ProblemCode } from "./problems";
import { forgetCall, rememberCall } from "./resume";
import type { CallRoom, Departure } from "./room";
import type { VoiceApi } from "./session";
import { follow } from "./transcripts";
import type { AgentInfo, CallPass, CallState, SessionKey, Speaker } from "./types";
import { parseUiMessage } from "./ui-messages";

/** The platform sends for a second agent after some seconds; when neither came by now, none will. */
const AGENT_WAIT_MS = 20_000;
/** A dead agent is noticed and replaced within this time. */
const REPLACEMENT_WAIT_MS = 25_000;
/** Longer than an agent usually needs; then the wait is explained. */
const SAY_SO_MS = 3_000;
const TICK_MS = 20;

export interface CallEvents {
  state: CallState;
  /** The browser shows its question for the microphone. */
  asking: null;
  captions: null;
  agent: AgentInfo;
  muted: boolean;
  /** The browser keeps the agent silent until the visitor clicks something that calls `unlockAudio`. */
  muffled: boolean;
  notice: string;
  measured: LatencyReport;
  /** The call is over because it failed. */
  problem: Problem;
  /** The call is over as it should be. */
  ended: null;
}

export interface CallOptions {
  api: VoiceApi;
  agentId: string;
  captions: Captions;
  agentWaitMs?: number;
}

let roomModule: Promise<typeof import("./room")> | null = null;

/** Load livekit-client ahead of the click, when somebody is about to make it. */
export function loadRoomModule(): Promise<typeof import("./room")> {
  roomModule ??= import("./room").catch(() => {
    roomModule = null;
    throw new ProblemError(problem(navigator.onLine ? "server_unreachable" : "offline"));
  });
  return roomModule;
}

/** Also shake hands with the call server, so that joining takes one round trip less. */
export async function warmUp(livekitUrl: string): Promise<void> {
  const { CallRoom } = await loadRoomModule();
  if (livekitUrl) CallRoom.prepare(livekitUrl);
}

function departureFor(reason: string): Departure {
  const found = fromEnd(reason);
  return found ? { isOver: false, problem: found } : { isOver: true };
}

export class Call extends Emitter<CallEvents> {
  state: CallState = "idle";
  isMuted = false;
  private readonly levels = new Levels();
  private meter = new LatencyMeter(performance.now());
  private room: CallRoom | null = null;
  private key: SessionKey | null = null;
  private track: MediaStreamTrack | null = null;
  private reconnects = 0;
  private isOver = false;
  private hasAgent = false;
  private agentState = "initializing";
  private ticker: number | undefined;
  private agentTimer: number | undefined;

  constructor(private readonly options: CallOptions) {
    super();
  }

  /** Call the agent. Must run in a click or key press, for the sound's sake. Never throws. */
  start(): Promise<void> {
    return this.run(async () => {
      const made = await this.options.api.createSession(this.options.agentId, "voice");
      this.emit("agent", made.agent);
      if (!made.pass) throw new ProblemError(problem("voice_unavailable"));
      return { key: made.key, pass: made.pass };
    });
  }

  /** Go on with a call that a reload or a lost connection left open. Must run in a click. Never throws. */
  resume(key: SessionKey): Promise<void> {
    this.meter = new LatencyMeter(performance.now(), true);
    return this.run(async () => ({ key, pass: await this.options.api.renewPass(key) }));
  }

  setMuted(isMuted: boolean): void {
    this.isMuted = isMuted;
    void this.room?.setMuted(isMuted);
    this.emit("muted", isMuted);
  }

  /** What this call is stored under, once it is open. */
  get sessionId(): string | null {
    return this.key?.id ?? null;
  }

  /** Say something in writing; the agent answers aloud. False when it could not be sent. */
  async say(text: string): Promise<boolean> {
    try {
      await this.room?.sendText(text);
    } catch {
      return false;
    }
    this.options.captions.add("visitor", text);
    this.emit("captions", null);
    return true;
  }

  unlockAudio(): void {
    this.levels.unlock();
    void this.room?.startAudio();
  }

  /** How loud this side is now, as a height to draw, 0 to 1. */
  level(who: Speaker): number {
    if (who === "visitor" && this.isMuted) return 0;
    return loudness(this.levels.read(who));
  }

  hangUp(): void {
    this.close(true);
    this.setState("ended");
    this.emit("ended", null);
  }

  private async run(open: () => Promise<{ key: SessionKey; pass: CallPass }>): Promise<void> {
    this.setState("connecting");
    try {
      requireRecording();
      this.levels.unlock();
      const microphone = openMicrophone().then((track) => this.keep(track));
      // Handled below; a refusal must not count as unhandled before that.
      microphone.catch(() => undefined);
      await this.awaitAnswer(microphone);
      await Promise.all([this.join(open), microphone]);
      if (this.track && !this.isOver) await this.room?.publish(this.track);
    } catch (error) {
      this.fail(error);
    }
  }

  /** While the browser asks, nobody should speak behind its question, and no place be taken. */
  private async awaitAnswer(microphone: Promise<void>): Promise<void> {
    if ((await readPermission()) === "granted") return;
    this.emit("asking", null);
    await microphone;
  }

  private keep(track: MediaStreamTrack): void {
    if (this.isOver) return track.stop();
    this.track = track;
    this.levels.attach("visitor", track);
  }

  private async join(open: () => Promise<{ key: SessionKey; pass: CallPass }>): Promise<void> {
    const [{ key, pass }, { CallRoom }] = await Promise.all([open(), loadRoomModule()]);
    if (this.isOver) return this.options.api.end(key);
    this.key = key;
    rememberCall(this.options.agentId, key);
    this.room = this.listenTo(new CallRoom());
    void this.room.startAudio();
    await this.room.join(pass);
    if (this.isOver) return;
    this.meter.connected(performance.now());
    this.ticker = window.setInterval(() => this.tick(), TICK_MS);
    window.setTimeout(() => this.explainWait(), SAY_SO_MS);
    if (!this.hasAgent) this.awaitAgent("agent_missing", this.options.agentWaitMs ?? AGENT_WAIT_MS);
  }

  private listenTo(room: CallRoom): CallRoom {
    room.on("agentJoined", () => this.welcome());
    room.on("agentLeft", () => this.missAgent());
    room.on("agentState", (state) => this.follow(state));
    room.on("agentTrack", (track) => this.levels.attach("agent", track));
    room.on("transcript", ({ reader, who }) => {
      const changed = () => this.emit("captions", null);
      void follow(reader, who, this.options.captions, changed).catch(() => undefined);
    });
    room.on("uiMessage", (text) => this.read(text));
    room.on("interrupted", () => this.interrupt());
    room.on("restored", () => this.follow(this.agentState));
    room.on("muffled", (isMuffled) => this.emit("muffled", isMuffled));
    room.on("left", (departure) => this.depart(departure));
    return room;
  }

  private welcome(): void {
    this.hasAgent = true;
    window.clearTimeout(this.agentTimer);
  }

  private missAgent(): void {
    this.hasAgent = false;
    this.setState("reconnecting");
    this.awaitAgent("agent_lost", REPLACEMENT_WAIT_MS);
  }

  private awaitAgent(code: ProblemCode, waitMs: number): void {
    window.clearTimeout(this.agentTimer);
    this.agentTimer = window.setTimeout(() => this.fail(new ProblemError(problem(code))), waitMs);
  }

  private explainWait(): void {
    if (!this.hasAgent && !this.isOver) this.emit("notice", "Waiting for the agent to join.");
  }

  private follow(agentState: string): void {
    this.agentState = agentState;
    if (agentState === "speaking" || agentState === "thinking") this.setState(agentState);
    else this.setState(agentState === "initializing" ? "connecting" : "listening");
  }

  private interrupt(): void {
    if (this.state !== "reconnecting") this.reconnects += 1;
    this.setState("reconnecting");
  }

  private read(text: string): void {
    const message = parseUiMessage(text);
    if (!message) return;
    if (message.type === "notice") this.emit("notice", message.text);
    if (message.type === "ended") this.depart(departureFor(message.reason));
    if (message.type === "sources") this.options.captions.attachSources(message.items);
    if (message.type === "card") this.options.captions.attachCard(message.card);
    this.emit("captions", null);
  }

  private tick(): void {
    const visitor = this.isMuted ? 0 : this.levels.read("visitor");
    if (!this.meter.sample(performance.now(), visitor, this.levels.read("agent"))) return;
    this.emit("measured", this.meter.report());
    void this.report();
  }

  private async report(): Promise<void> {
    if (!this.key) return;
    const lost = await this.room?.packetsLost().catch(() => undefined);
    const metrics = { ...this.meter.report(), reconnects: this.reconnects };
    this.options.api.report(
      this.key,
      lost === undefined ? metrics : { ...metrics, packets_lost: lost },
    );
  }

  private depart(departure: Departure): void {
    if (departure.isOver) {
      this.close(true);
      this.setState("ended");
      this.emit("ended", null);
    } else {
      this.fail(new ProblemError(departure.problem));
    }
  }

  private fail(error: unknown): void {
    if (this.isOver) return;
    const found = error instanceof ProblemError ? error.problem : problem("server_error");
    // A lost connection leaves the call open: the visitor may come back to it.
    const canGoOn = found.code === "connection_lost" || found.code === "opened_elsewhere";
    this.close(!canGoOn);
    this.setState("ended");
    this.emit("problem", found);
    if (!(error instanceof ProblemError)) throw error;
  }

  private close(isHangUp: boolean): void {
    if (this.isOver) return;
    this.isOver = true;
    window.clearInterval(this.ticker);
    window.clearTimeout(this.agentTimer);
    if (isHangUp) this.giveUpSession();
    this.track?.stop();
    this.levels.close();
    void this.room?.leave();
  }

  private giveUpSession(): void {
    forgetCall(this.options.agentId);
    if (!this.key) return;
    void this.report();
    this.options.api.end(this.key);
  }

  private setState(state: CallState): void {
    if (this.state === state || this.state === "ended") return;
    this.state = state;
    this.emit("state", state);
  }
}
