/* The panel's elements, made without markup strings: a host may enforce Trusted Types. */
import { make } from "../call/dom";
import { drawIcon } from "../call/icons";
import type { AgentInfo } from "../call/types";

export type PanelParts = ReturnType<typeof drawPanel>;

export function drawPanel(agent: AgentInfo) {
  const { element: stage, ...words } = drawStage();
  const { element: problem, ...problemWords } = drawProblem();
  const { element: controls, ...buttons } = drawControls();
  const close = make("button", "close", [drawIcon("close")], {
    type: "button",
    "aria-label": "Close",
  });
  const name = make("h2", "", [agent.name, make("small", "", ["AI assistant"])], { id: "name" });
  const head = make("header", "head", [name, close]);
  const list = make("ol", "call-lines");
  const scroll = make("div", "scroll", [list], {
    tabindex: "0",
    role: "group",
    "aria-label": "What was said",
  });
  const live = make("p", "silent", [], { "aria-live": "polite" });
  const foot = make("p", "foot", ["What is said is saved as text."]);
  const panel = make("section", "panel", [head, stage, problem, scroll, live, controls, foot], {
    role: "dialog",
    "aria-labelledby": "name",
    lang: "en",
  });
  panel.hidden = true;
  return { panel, close, list, scroll, live, foot, problem, ...words, ...problemWords, ...buttons };
}

function drawStage() {
  const body = make("span", "orb-body", [make("span", "orb-light")]);
  const orb = make("div", "orb", [make("span", "orb-halo"), make("span", "orb-ring"), body], {
    "aria-hidden": "true",
  });
  const state = make("p", "state", [], { role: "status" });
  const hint = make("p", "hint");
  return { element: make("div", "stage", [orb, make("div", "", [state, hint])]), orb, state, hint };
}

function drawProblem() {
  const problemTitle = make("strong", "");
  const problemCure = make("span", "");
  const element = make("div", "problem", [problemTitle, problemCure], {
    role: "alert",
    tabindex: "-1",
  });
  element.hidden = true;
  return { element, problemTitle, problemCure };
}

function drawControls() {
  const startLabel = make("span", "");
  const start = drawButton("button main", [drawIcon("phone"), startLabel]);
  const sound = drawButton("button main", ["Turn the sound on"]);
  const mute = drawButton("button", [drawIcon("mic"), "Mute"]);
  const hangUp = drawButton("button bad", ["Hang up"]);
  const write = drawButton("button", ["Write to us"]);
  mute.setAttribute("aria-pressed", "false");
  for (const button of [sound, mute, hangUp, write]) button.hidden = true;
  const element = make("div", "controls", [start, sound, mute, hangUp, write]);
  return { element, start, startLabel, sound, mute, hangUp, write };
}

function drawButton(look: string, children: (Node | string)[]): HTMLButtonElement {
  return make("button", look, children, { type: "button" });
}
