/* Shows what is read while it is read: asks the server for the live part of the step and morphs it into the page. */
import { morph } from "./morph";
import { announce, loadPage, sessionAddress, showPage, wizardElement } from "./steps";

const EVERY_MS = 1200;
const SLOW_MS = 5000;
const SAY_EVERY_PERCENT = 20;

let timer = 0;
let saidPercent = 0;
let saidProblem = "";

/** Look at the live part again and again while there is something to see; the last call wins. */
export function watchLiveParts(): void {
  window.clearTimeout(timer);
  if (!wizardElement().dataset["live"]) return;
  if (!document.querySelector("[data-live-part]")) return;
  timer = window.setTimeout(() => void refresh(), EVERY_MS);
}

export async function refresh(): Promise<void> {
  const { live, step } = wizardElement().dataset;
  if (!live) return;
  const part = await fetchPart(`${live}?step=${step ?? ""}`).catch(() => null);
  // Another step came while we asked.
  if (wizardElement().dataset["step"] !== step) return;
  if (part) await show(part);
  if (part?.dataset["livePart"] === "finished") return;
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void refresh(), pause(part));
}

/** A hidden tab and a finished list are looked at seldom; a refresh that failed waits a little. */
function pause(part: HTMLElement | null): number {
  const isOver = part !== null && part.dataset["reading"] === "";
  return document.hidden || isOver || !part ? SLOW_MS : EVERY_MS;
}

async function fetchPart(address: string): Promise<HTMLElement | null> {
  const response = await fetch(address);
  if (!response.ok || response.redirected) return null;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return page.querySelector<HTMLElement>("[data-live-part]");
}

async function show(part: HTMLElement): Promise<void> {
  const name = part.dataset["livePart"] ?? "";
  const place = document.querySelector(`[data-live-part="${name}"]`);
  if (!place) return moveOn();
  for (const { name: attribute } of [...place.attributes]) {
    const value = place.getAttribute(attribute);
    if (value !== null && !part.hasAttribute(attribute)) part.setAttribute(attribute, value);
  }
  morph(place, part);
  if (name === "building") sayProgress(place);
  const problem = place.querySelector(".notice[data-kind='bad']")?.textContent?.trim();
  if (problem && problem !== saidProblem) announce((saidProblem = problem));
}

/** The step is over on the server: show the page that comes next. */
async function moveOn(): Promise<void> {
  const page = await loadPage(sessionAddress()).catch(() => null);
  if (page) showPage(page);
}

function sayProgress(place: Element): void {
  const percent = place.querySelector("progress")?.value ?? 0;
  if (percent < saidPercent + SAY_EVERY_PERCENT) return;
  saidPercent = percent;
  announce(`${Math.round(percent)} percent of your sources read`);
}
