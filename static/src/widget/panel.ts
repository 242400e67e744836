/*
 * The widget's panel: the same call as on the platform's own pages, in a shadow root. Closing it hides it and the call
 * goes on; only *Hang up* hangs up.
 */
import { Call, warmUp } from "../call/call";
import { Captions } from "../call/captions";
import linesStyles from "../call/lines.css?inline";
import { Lines } from "../call/lines";
import orbStyles from "../call/orb.css?inline";
import { animateOrb } from "../call/orb";
import { advise, type Problem } from "../call/problems";
import { forgetCall, recallCall } from "../call/resume";
import { VoiceApi } from "../call/session";
import type { AgentInfo, CallState, SessionKey } from "../call/types";
import { stateWords } from "../call/words";
import { MessageForm } from "./message-form";
import panelStyles from "./panel.css?inline";
import { drawPanel, type PanelParts } from "./panel-parts";
import { sheetOf } from "./sheet";

export interface PanelOptions {
  agentId: string;
  platform: string;
  agent: AgentInfo;
  livekitUrl: string;
  launcher: HTMLButtonElement;
  relabel: (words: string) => void;
}

export class Panel {
  private readonly api: VoiceApi;
  private readonly parts: PanelParts;
  private readonly form: MessageForm;
  private captions = new Captions();
  private lines: Lines;
  private call: Call | null = null;
  private open: SessionKey | null;
  private stopOrb: () => void = () => undefined;

  constructor(
    root: ShadowRoot,
    private readonly options: PanelOptions,
  ) {
    this.api = new VoiceApi(options.platform);
    this.open = recallCall(options.agentId);
    this.parts = drawPanel(options.agent);
    this.form = this.makeForm();
    this.parts.panel.insertBefore(this.form.element, this.parts.foot);
    this.lines = this.makeLines();
    root.adoptedStyleSheets.push(sheetOf(orbStyles, linesStyles, panelStyles));
    root.append(this.parts.panel);
    this.listen();
    this.showIdle();
  }

  toggle(): void {
    if (this.parts.panel.hidden) this.show();
    else this.hide();
  }

  private show(): void {
    this.parts.panel.hidden = false;
    this.options.launcher.setAttribute("aria-expanded", "true");
    this.stopOrb = animateOrb(this.parts.orb, (who) => this.call?.level(who) ?? 0);
    void warmUp(this.options.livekitUrl).catch(() => undefined);
    (this.parts.start.hidden ? this.parts.close : this.parts.start).focus();
  }

  private hide(): void {
    this.parts.panel.hidden = true;
    this.options.launcher.setAttribute("aria-expanded", "false");
    this.options.launcher.focus();
    this.stopOrb();
  }

  private listen(): void {
    const { panel, close, start, mute, hangUp, write, sound } = this.parts;
    close.addEventListener("click", () => this.hide());
    start.addEventListener("click", () => this.start());
    hangUp.addEventListener("click", () => this.hangUp());
    mute.addEventListener("click", () => this.call?.setMuted(!this.call.isMuted));
    sound.addEventListener("click", () => this.call?.unlockAudio());
    write.addEventListener("click", () => this.writeInstead());
    panel.addEventListener("keydown", (event) => {
      // The host's page may have shortcuts of its own.
      event.stopPropagation();
      if (event.key === "Escape") this.hide();
    });
  }

  private start(): void {
    const resumed = this.open;
    this.open = null;
    this.captions = new Captions();
    this.parts.list.replaceChildren();
    this.lines = this.makeLines();
    this.call = this.follow(
      new Call({ api: this.api, agentId: this.options.agentId, captions: this.captions }),
    );
    void (resumed ? this.call.resume(resumed) : this.call.start());
  }

  private follow(call: Call): Call {
    call.on("state", (state) => this.showState(state));
    call.on("asking", () => this.say(null, "Allow the microphone when your browser asks."));
    call.on("captions", () => this.showCaptions());
    call.on("muted", (isMuted) => this.parts.mute.setAttribute("aria-pressed", String(isMuted)));
    call.on("muffled", (isMuffled) => (this.parts.sound.hidden = !isMuffled));
    call.on("notice", (text) => this.say(null, text));
    call.on("problem", (found) => this.showProblem(found));
    return call;
  }

  private hangUp(): void {
    if (!this.open) return this.call?.hangUp();
    this.api.end(this.open);
    forgetCall(this.options.agentId);
    this.open = null;
    this.showIdle();
  }

  private showIdle(): void {
    this.showState("idle");
    if (this.open) this.say("Your call is still open", "Go on where you were, or hang up.");
    else this.say(null, this.options.agent.greeting);
    this.parts.hangUp.hidden = !this.open;
    this.nameStart(this.open ? "Go on with the call" : "Start the call");
  }

  private showState(state: CallState): void {
    const { panel, start, mute, hangUp, launcher } = { ...this.parts, ...this.options };
    const { title, hint } = stateWords(state, this.options.agent.name);
    const isIdle = state === "idle" || state === "ended";
    panel.dataset["state"] = state;
    launcher.toggleAttribute("data-live", !isIdle);
    this.options.relabel(isIdle ? `Talk to ${this.options.agent.name}` : title);
    this.say(title, hint);
    const hadFocus = panel.matches(":focus-within");
    start.hidden = !isIdle;
    hangUp.hidden = isIdle;
    mute.hidden = isIdle || state === "connecting";
    if (isIdle) this.showRest();
    else this.hideProblem();
    if (hadFocus && !panel.matches(":focus-within")) (isIdle ? start : hangUp).focus();
    this.showCaptions();
  }

  private showRest(): void {
    this.parts.sound.hidden = true;
    this.parts.mute.setAttribute("aria-pressed", "false");
    this.nameStart("Start the call");
  }

  private showProblem(found: Problem): void {
    const { title, cure, canRetry } = advise(found, "visitor");
    this.parts.panel.dataset["state"] = "problem";
    this.parts.panel.dataset["problem"] = found.code;
    this.parts.problemTitle.textContent = title;
    this.parts.problemCure.textContent = cure;
    this.parts.problem.hidden = false;
    this.parts.write.hidden = !found.fallback;
    const hadFocus = this.parts.start.matches(":focus");
    this.parts.start.hidden = !canRetry;
    if (hadFocus && !canRetry) this.parts.problem.focus();
    this.open = recallCall(this.options.agentId);
    this.nameStart(this.open ? "Go on with the call" : "Try again");
    this.say(`Talk to ${this.options.agent.name}`, "");
    if (found.code === "origin_not_allowed")
      console.warn(
        `Voice agent: ${location.origin} is not under Agent > Widget > Allowed websites.`,
      );
  }

  private hideProblem(): void {
    this.parts.problem.hidden = true;
    this.parts.write.hidden = true;
    delete this.parts.panel.dataset["problem"];
  }

  /** The last resort: neither voice nor text, but the business hears of it. */
  private writeInstead(): void {
    this.parts.panel.toggleAttribute("data-writing", true);
    this.form.open();
  }

  private stopWriting(): void {
    this.parts.panel.removeAttribute("data-writing");
    this.form.element.hidden = true;
    (this.parts.start.hidden ? this.parts.write : this.parts.start).focus();
  }

  private makeForm(): MessageForm {
    const { agentId } = this.options;
    return new MessageForm(
      (message) =>
        this.api.leaveMessage(agentId, { ...message, sessionId: this.call?.sessionId ?? null }),
      () => this.stopWriting(),
    );
  }

  /** Words for the state line and below it; null leaves the state line as it is. */
  private say(title: string | null, hint: string): void {
    if (title !== null && this.parts.state.textContent !== title)
      this.parts.state.textContent = title;
    this.parts.hint.textContent = hint;
  }

  private nameStart(words: string): void {
    this.parts.startLabel.textContent = words;
  }

  private showCaptions(): void {
    const isQuiet = this.captions.list.length === 0;
    this.parts.panel.toggleAttribute("data-quiet", isQuiet);
    this.parts.scroll.hidden = isQuiet;
    this.lines.show(this.captions.list, this.call?.state === "thinking");
  }

  private makeLines(): Lines {
    const { list, scroll, live } = this.parts;
    return new Lines({ list, scroller: scroll, live, agentName: () => this.options.agent.name });
  }
}
