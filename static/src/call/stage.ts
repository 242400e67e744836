/* The left half of the call: the state in words, the problem with its cure, and the buttons that make sense now. */
import { make } from "./dom";
import { advise, type Problem } from "./problems";
import type { CallState } from "./types";
import { clock, stateWords } from "./words";

const LIVE: readonly CallState[] = ["listening", "thinking", "speaking", "reconnecting"];

/** Find `[data-call-<name>]` inside the call's markup; a missing one is a mistake in the template. */
export function part<Kind extends HTMLElement = HTMLElement>(
  root: HTMLElement,
  name: string,
): Kind {
  const found = root.querySelector<Kind>(`[data-call-${name}]`);
  if (!found) throw new Error(`The call's markup has no [data-call-${name}].`);
  return found;
}

export class Stage {
  private readonly state: HTMLElement;
  private readonly hint: HTMLElement;
  private readonly problem: HTMLElement;
  private readonly facts: HTMLElement;
  private startedAt: number | null = null;
  private figures = "";
  private ticker: number | undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly agentName: string,
  ) {
    this.state = part(root, "state");
    this.hint = part(root, "hint");
    this.problem = part(root, "problem");
    this.facts = part(root, "facts");
  }

  showState(state: CallState): void {
    const { title, hint } = stateWords(state, this.agentName);
    this.root.dataset["state"] = state;
    this.say(title, hint);
    this.showButtons(state);
    if (state === "connecting") this.hideProblem();
    if (LIVE.includes(state)) this.startClock();
    if (state === "ended") this.stopClock();
  }

  /** Say something else than the state's own words. */
  say(title: string, hint: string): void {
    if (this.state.textContent !== title) this.state.textContent = title;
    this.hint.textContent = hint;
  }

  showHint(hint: string): void {
    this.hint.textContent = hint;
  }

  /** Where the call that just ended can be read. */
  showEnd(conversationUrl: string): void {
    const link = make("a", "", ["See the conversation"], { href: conversationUrl });
    this.hint.replaceChildren("It is saved. ", link);
  }

  showProblem(found: Problem): void {
    const { title, cure, canRetry } = advise(found, "owner");
    this.root.dataset["state"] = "problem";
    this.root.dataset["problem"] = found.code;
    part(this.root, "problem-title").textContent = title;
    part(this.root, "problem-cure").textContent = cure;
    const start = part(this.root, "start");
    const hadFocus = document.activeElement === start;
    part(this.root, "type").hidden = found.fallback !== "text";
    this.say(`Talk to ${this.agentName}`, "");
    this.problem.hidden = false;
    start.hidden = !canRetry;
    if (hadFocus && start.hidden) this.problem.focus();
  }

  hideProblem(): void {
    this.problem.hidden = true;
    delete this.root.dataset["problem"];
  }

  /** The figures that an owner cares about, beside the call's length. */
  showFigures(figures: string): void {
    this.figures = figures;
    this.showFacts();
  }

  showMuted(isMuted: boolean): void {
    part(this.root, "mute").setAttribute("aria-pressed", String(isMuted));
  }

  showMuffled(isMuffled: boolean): void {
    part(this.root, "sound").hidden = !isMuffled;
  }

  nameStart(label: string): void {
    part(this.root, "start-label").textContent = label;
  }

  showHangUp(isShown: boolean): void {
    part(this.root, "hang-up").hidden = !isShown;
  }

  private showButtons(state: CallState): void {
    const isIdle = state === "idle" || state === "ended";
    const start = part(this.root, "start");
    const hangUp = part(this.root, "hang-up");
    const hadFocus = this.root.contains(document.activeElement);
    start.hidden = !isIdle;
    hangUp.hidden = isIdle;
    part(this.root, "mute").hidden = !LIVE.includes(state);
    if (isIdle) part(this.root, "sound").hidden = true;
    // The button that had the focus is gone; the keyboard must not start again at the top of the page.
    if (hadFocus && !this.root.contains(document.activeElement)) (isIdle ? start : hangUp).focus();
  }

  private startClock(): void {
    if (this.startedAt !== null) return;
    this.startedAt = performance.now();
    this.ticker = window.setInterval(() => this.showFacts(), 1000);
    this.showFacts();
  }

  private stopClock(): void {
    window.clearInterval(this.ticker);
    this.showFacts();
    this.startedAt = null;
    this.figures = "";
  }

  private showFacts(): void {
    if (this.startedAt === null) return;
    const length = clock((performance.now() - this.startedAt) / 1000);
    this.facts.textContent = [length, this.figures].filter(Boolean).join(" · ");
  }
}
