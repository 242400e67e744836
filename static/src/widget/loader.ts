/*
 * The script of the owner's snippet: a few kilobytes that ask whether this website may show the agent, and only then
 * show a button. Panel and call come from the platform when somebody reaches for it. A classic script: it finds its
 * own tag by `document.currentScript`, which modules don't have.
 */
import { recallCall } from "../call/resume";
import type { AgentInfo } from "../call/types";
import { sheetOf } from "./sheet";
import launcherStyles from "./launcher.css?inline";
import type * as PanelModule from "./call";

/** Filled in by the platform: the path of `widget/call.js` under its hashed name. */
const CALL_MODULE = "__CALL_MODULE__";
const TAG = "voice-agent";

interface WidgetInfo {
  agent: AgentInfo;
  livekit_url: string;
}

interface Placement {
  agentId: string;
  platform: string;
}

class Refusal extends Error {}

class VoiceAgent extends HTMLElement {
  private readonly root = this.attachShadow({ mode: "open" });
  private readonly button = makeButton();
  private panel: PanelModule.Panel | null = null;
  private loading: Promise<PanelModule.Panel> | null = null;
  private placement: Placement | null = null;
  private info: WidgetInfo | null = null;

  /** Show the button; called once, when the platform has agreed. */
  present(placement: Placement, info: WidgetInfo): void {
    this.placement = placement;
    this.info = info;
    this.root.adoptedStyleSheets = [sheetOf(launcherStyles)];
    this.root.append(this.button);
    this.label(
      recallCall(placement.agentId) ? "Go on with your call" : `Talk to ${info.agent.name}`,
    );
    const prepare = () => void this.load().catch(() => undefined);
    this.button.addEventListener("pointerenter", prepare, { once: true });
    this.button.addEventListener("focus", prepare, { once: true });
    this.button.addEventListener("click", () => void this.toggle());
  }

  private async toggle(): Promise<void> {
    this.button.setAttribute("aria-busy", "true");
    try {
      (await this.load()).toggle();
    } catch (error) {
      this.label("Please try again later");
      console.warn("Voice agent: the call's script could not be loaded.", error);
    } finally {
      this.button.removeAttribute("aria-busy");
    }
  }

  private load(): Promise<PanelModule.Panel> {
    this.loading ??= this.makePanel().catch((error: unknown) => {
      this.loading = null;
      throw error;
    });
    return this.loading;
  }

  private async makePanel(): Promise<PanelModule.Panel> {
    const { placement, info } = this;
    if (!placement || !info) throw new Error("not presented");
    const address = new URL(CALL_MODULE, placement.platform).href;
    const module = (await import(/* @vite-ignore */ address)) as typeof PanelModule;
    this.panel = new module.Panel(this.root, {
      ...placement,
      agent: info.agent,
      livekitUrl: info.livekit_url,
      launcher: this.button,
      relabel: (words) => this.label(words),
    });
    return this.panel;
  }

  private label(words: string): void {
    const label = this.button.querySelector("span");
    if (label) label.textContent = words;
  }
}

function makeButton(): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "launcher";
  button.setAttribute("aria-expanded", "false");
  const bars = document.createElement("i");
  bars.setAttribute("aria-hidden", "true");
  bars.append(...Array.from({ length: 4 }, () => document.createElement("b")));
  button.append(bars, document.createElement("span"));
  return button;
}

async function askPlatform({ platform, agentId }: Placement): Promise<WidgetInfo> {
  const answer = await fetch(`${platform}/api/voice/${agentId}/widget`, { credentials: "omit" });
  if (answer.ok) return (await answer.json()) as WidgetInfo;
  const body = (await answer.json().catch(() => ({}))) as {
    error?: { code?: string; message?: string };
  };
  throw new Refusal(explain(body.error?.code ?? "", body.error?.message ?? ""));
}

/** Words for the owner, who reads the console; the visitor sees a page without a button. */
function explain(code: string, message: string): string {
  if (code === "origin_not_allowed")
    return (
      `this website (${location.origin}) may not show this agent. ` +
      `Its owner can add ${location.origin} under Agent > Widget > Allowed websites.`
    );
  if (code === "not_found")
    return "there is no agent with the id in data-agent; copy the snippet again.";
  return message || "the platform gave no reason.";
}

async function start(placement: Placement): Promise<void> {
  try {
    const info = await askPlatform(placement);
    const element = document.createElement(TAG) as VoiceAgent;
    document.body.append(element);
    element.present(placement, info);
  } catch (error) {
    const why = error instanceof Refusal ? error.message : "the platform can't be reached.";
    console.warn(`Voice agent: not shown, because ${why}`);
  }
}

function findPlacement(): Placement | null {
  const script = document.currentScript;
  if (!(script instanceof HTMLScriptElement)) return null;
  const agentId = script.dataset["agent"] ?? "";
  if (!agentId)
    console.warn("Voice agent: the script tag has no data-agent; copy the snippet again.");
  return agentId ? { agentId, platform: new URL(script.src).origin } : null;
}

/** The page comes first: ask when it has nothing better to do. */
function whenIdle(act: () => void): void {
  const later = () =>
    "requestIdleCallback" in window ? requestIdleCallback(act, { timeout: 2000 }) : act();
  if (document.body) later();
  else document.addEventListener("DOMContentLoaded", later, { once: true });
}

const placement = findPlacement();
// A second copy of the snippet changes nothing.
if (placement && !customElements.get(TAG)) {
  customElements.define(TAG, VoiceAgent);
  whenIdle(() => void start(placement));
}
