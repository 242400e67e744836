/*
 * Brings the markup of `voice_app/_call.html` to life: the test page and the last step of the wizard. Figures of the
 * running call stand as data-*-ms on the element, for tests and benchmarks that look from outside.
 */
import { Call, loadRoomModule, warmUp } from "./call";
import { Captions } from "./captions";
import { Chat } from "./chat";
import type { LatencyReport } from "./latency";
import { Lines } from "./lines";
import { animateOrb } from "./orb";
import type { Problem } from "./problems";
import { watchReadiness } from "./readiness";
import { forgetCall, recallCall } from "./resume";
import { VoiceApi } from "./session";
import { part, Stage } from "./stage";
import type { CallState, SessionKey } from "./types";
import { latencyLine } from "./words";

const LOAD_AHEAD_MS = 300;

export interface CallMount {
  /** Hang up and take every listener off, as when the page's part is swapped out. */
  destroy(): void;
}

export interface MountOptions {
  agentId: string;
  agentName: string;
  livekitUrl: string;
}

/** Mount a call on `root`, the `[data-call]` element; options default to its data attributes. */
export function mountCall(root: HTMLElement, options: Partial<MountOptions> = {}): CallMount {
  const { agentId = "", agentName = "", livekitUrl = "" } = root.dataset;
  return new CallDesk(root, { agentId, agentName, livekitUrl, ...options });
}

class CallDesk implements CallMount {
  private readonly api = new VoiceApi();
  private readonly stage: Stage;
  private readonly listening = new AbortController();
  private captions = new Captions();
  private lines: Lines;
  private call: Call | null = null;
  private chat: Chat | null = null;
  private open: SessionKey | null;
  private isAnswering = false;
  private stopOrb: () => void;
  private stopWatching: () => void = () => undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly options: MountOptions,
  ) {
    this.stage = new Stage(root, options.agentName);
    this.lines = this.makeLines();
    this.open = recallCall(options.agentId);
    this.stopOrb = animateOrb(part(root, "orb"), (who) => this.call?.level(who) ?? 0);
    this.listen();
    this.showIdle();
    this.watch();
    // This page is for calling: what a call needs comes as soon as the page itself is there.
    window.setTimeout(() => void loadRoomModule().catch(() => undefined), LOAD_AHEAD_MS);
  }

  destroy(): void {
    this.listening.abort();
    this.stopOrb();
    this.stopWatching();
    this.call?.hangUp();
    this.chat?.end();
  }

  private listen(): void {
    const on = (name: string, event: string, act: (event: Event) => void) =>
      part(this.root, name).addEventListener(event, act, { signal: this.listening.signal });
    const prepare = () => void warmUp(this.options.livekitUrl).catch(() => undefined);
    on("start", "pointerenter", prepare);
    on("start", "focus", prepare);
    on("start", "click", () => this.start());
    on("hang-up", "click", () => this.hangUp());
    on("mute", "click", () => this.call?.setMuted(!this.call.isMuted));
    on("sound", "click", () => this.call?.unlockAudio());
    on("type", "click", () => this.input.focus());
    on("captions", "click", () => this.toggleCaptions());
    on("empty", "click", (event) => this.ask(event));
    on("composer", "submit", (event) => {
      event.preventDefault();
      void this.send(this.input.value.trim());
    });
  }

  private get input(): HTMLInputElement {
    return part<HTMLFormElement>(this.root, "composer").querySelector("input") as HTMLInputElement;
  }

  private showIdle(): void {
    this.stage.showState("idle");
    if (!this.open) return;
    this.stage.say("Your call is still open", "The page was reloaded. Go on, or hang up.");
    this.stage.nameStart("Go on with the call");
    this.stage.showHangUp(true);
  }

  private watch(): void {
    this.stopWatching();
    this.stopWatching = watchReadiness("/health/ready/", (found) => {
      if (this.call) return;
      if (found) this.stage.showProblem(found);
      else if (this.root.dataset["problem"] === "voice_unavailable") {
        this.stage.hideProblem();
        this.showIdle();
      }
    });
  }

  private start(): void {
    this.stopWatching();
    this.chat?.end();
    this.chat = null;
    const resumed = this.open;
    this.open = null;
    if (!resumed) this.clearLines();
    const { agentId } = this.options;
    this.call = this.follow(new Call({ api: this.api, agentId, captions: this.captions }));
    void (resumed ? this.call.resume(resumed) : this.call.start());
  }

  private follow(call: Call): Call {
    call.on("state", (state) => this.showState(state));
    call.on("asking", () => this.stage.showHint("Allow the microphone when your browser asks."));
    call.on("captions", () => this.showCaptions());
    call.on("muted", (isMuted) => this.stage.showMuted(isMuted));
    call.on("muffled", (isMuffled) => this.stage.showMuffled(isMuffled));
    call.on("notice", (text) => this.stage.showHint(text));
    call.on("measured", (report) => this.showMeasured(report));
    call.on("problem", (found) => this.showProblem(found));
    call.on("ended", () => this.showEnd());
    return call;
  }

  private showState(state: CallState): void {
    this.isAnswering = state === "thinking";
    this.stage.showState(state);
    this.allowTyping(state !== "connecting" && state !== "reconnecting");
    this.showCaptions();
  }

  private showProblem(found: Problem): void {
    this.stage.showMuted(false);
    this.stage.showProblem(found);
    this.open = recallCall(this.options.agentId);
    this.stage.nameStart(this.open ? "Go on with the call" : "Try again");
  }

  private showEnd(): void {
    this.stage.showMuted(false);
    this.stage.nameStart("Start the call");
    const id = this.call?.sessionId;
    if (id) this.stage.showEnd(`${this.root.dataset["conversationsUrl"] ?? ""}${id}/`);
  }

  private hangUp(): void {
    if (!this.open) return this.call?.hangUp();
    this.api.end(this.open);
    forgetCall(this.options.agentId);
    this.open = null;
    this.stage.nameStart("Start the call");
    this.showIdle();
  }

  private showMeasured(report: LatencyReport): void {
    const { connected_ms, greeting_audible_ms, answer_audible_ms } = report;
    this.root.dataset["connectedMs"] = String(connected_ms ?? "");
    this.root.dataset["greetingMs"] = String(greeting_audible_ms ?? "");
    this.root.dataset["answersMs"] = (answer_audible_ms ?? []).join(" ");
    this.stage.showFigures(latencyLine(report));
  }

  private ask(event: Event): void {
    const button = (event.target as Element).closest("[data-call-ask]");
    if (button?.textContent) void this.send(button.textContent.trim());
  }

  /** Into the call when there is one, else as a chat; words that could not be sent stay in the box. */
  private async send(text: string): Promise<void> {
    if (!text || this.input.readOnly) return;
    this.input.value = "";
    const isInCall = this.call && this.call.state !== "ended";
    const isSent = await (isInCall ? this.call?.say(text) : this.chatting().say(text));
    if (!isSent && !this.input.value) this.input.value = text;
    this.input.focus();
  }

  private chatting(): Chat {
    if (this.chat) return this.chat;
    const { agentId } = this.options;
    this.chat = new Chat({ api: this.api, agentId, captions: this.captions });
    this.chat.on("captions", () => this.showCaptions());
    this.chat.on("problem", (found) => this.stage.showProblem(found));
    this.chat.on("answering", (isAnswering) => {
      this.isAnswering = isAnswering;
      if (isAnswering) this.stage.hideProblem();
      this.allowTyping(!isAnswering);
      this.showCaptions();
    });
    return this.chat;
  }

  private allowTyping(isAllowed: boolean): void {
    // readOnly and not disabled: a disabled field loses the focus.
    this.input.readOnly = !isAllowed;
  }

  private toggleCaptions(): void {
    const button = part(this.root, "captions");
    const isOn = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isOn));
    this.root.dataset["captions"] = isOn ? "on" : "off";
  }

  private showCaptions(): void {
    part(this.root, "empty").hidden = this.captions.list.length > 0 || this.isAnswering;
    this.lines.show(this.captions.list, this.isAnswering);
  }

  private makeLines(): Lines {
    return new Lines({
      list: part(this.root, "lines"),
      scroller: part(this.root, "scroll"),
      live: part(this.root, "live"),
      agentName: () => this.options.agentName,
    });
  }

  private clearLines(): void {
    part(this.root, "lines").replaceChildren();
    this.captions = new Captions();
    this.lines = this.makeLines();
    this.showCaptions();
  }
}
