/* Step 2: the conversation. What was said appears at once, then somebody thinks, then the next question comes. */
import { announce, sendForm, setFieldError, showPage } from "./steps";

const THINKING_MS = 900;
const isCalm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

export function startQuestions(): void {
  const form = document.querySelector<HTMLFormElement>("#answer-form");
  if (!form) return;
  const words = form.querySelector<HTMLTextAreaElement>("#words");
  form.addEventListener("submit", (event) => void onSubmit(event, form));
  words?.addEventListener("keydown", (event) => sendOnEnter(event, form));
  form.querySelectorAll<HTMLElement>("[data-needs-script]").forEach((it) => (it.hidden = false));
  form.querySelectorAll<HTMLButtonElement>("[data-fill]").forEach((button) => {
    button.addEventListener("click", () => fill(words, button.dataset["fill"] ?? ""));
  });
  scrollToEnd("instant");
  takeFocus(form, words);
}

/** On phones a focused field would bring up the keyboard over the question. */
function takeFocus(form: HTMLFormElement, words: HTMLTextAreaElement | null): void {
  if (window.matchMedia("(pointer: fine)").matches) return words?.focus({ preventScroll: true });
  const hasBegun = document.querySelector(".bubble[data-from='owner']") !== null;
  document.getElementById("open-question")?.focus({ preventScroll: true });
  if (hasBegun) form.scrollIntoView({ block: "end" });
}

function fill(words: HTMLTextAreaElement | null, text: string): void {
  if (!words) return;
  words.value = words.value.trim() ? `${words.value.trim()}, ${text}` : text;
  words.focus();
}

function sendOnEnter(event: KeyboardEvent, form: HTMLFormElement): void {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector<HTMLElement>("[data-role='send']"));
}

async function onSubmit(event: SubmitEvent, form: HTMLFormElement): Promise<void> {
  event.preventDefault();
  const role = event.submitter?.dataset["role"] ?? "send";
  const said = role === "send" ? saidIn(form) : role === "skip" ? "Skipped" : "";
  if (role === "send" && !said) return refuse(form);
  const sending = sendForm(form, event.submitter);
  const takeBack = showSaid(form, said, role);
  try {
    const [page] = await Promise.all([sending, think(role)]);
    showPage(page);
    sayNext();
  } catch {
    takeBack();
    fail(form, "That didn't reach us. Check your connection and try again.");
  }
}

function saidIn(form: HTMLFormElement): string {
  const data = new FormData(form);
  const parts = [...data.getAll("choice"), data.get("words")].filter(
    (it) => typeof it === "string",
  );
  return parts
    .map((part) => part.trim())
    .filter(Boolean)
    .join("\n");
}

function refuse(form: HTMLFormElement): void {
  const hasChoices = form.querySelector("[name='choice']") !== null;
  const what = hasChoices ? "Choose one, write your own" : "Write an answer";
  fail(form, `${what}, or skip this question.`);
}

function fail(form: HTMLFormElement, message: string): void {
  const words = form.querySelector<HTMLTextAreaElement>("#words");
  if (!words) return;
  setFieldError(words, "answer-error", message);
  words.focus();
  scrollToEnd("instant");
  announce(message);
}

/** Show what was said as if it had arrived; return how to take that back if it hasn't. */
function showSaid(form: HTMLFormElement, said: string, role: string): () => void {
  const words = form.querySelector<HTMLTextAreaElement>("#words");
  const written = words?.value ?? "";
  const shown = said ? appendBubbles(said, role) : [];
  if (words && said) words.value = "";
  setBusy(form, true);
  return () => {
    shown.forEach((it) => it.remove());
    if (words) words.value = written;
    setBusy(form, false);
  };
}

function appendBubbles(said: string, role: string): Element[] {
  const log = document.getElementById("talk-log");
  const template = document.querySelector<HTMLTemplateElement>("#thinking-template");
  const thinking = template?.content.firstElementChild?.cloneNode(true) as Element | undefined;
  if (!log || !thinking) return [];
  const bubble = document.createElement("p");
  bubble.className = "bubble is-multiline";
  bubble.dataset["from"] = "owner";
  bubble.dataset["new"] = "";
  if (role === "skip") bubble.dataset["skipped"] = "";
  bubble.textContent = said;
  log.append(bubble, thinking);
  scrollToEnd("smooth");
  return [bubble, thinking];
}

function setBusy(form: HTMLFormElement, isBusy: boolean): void {
  form.inert = isBusy;
  form.classList.toggle("is-waiting", isBusy);
}

function think(role: string): Promise<void> {
  const pause = role === "back" || isCalm() ? 0 : THINKING_MS;
  return new Promise((resolve) => window.setTimeout(resolve, pause));
}

function sayNext(): void {
  const next = document.getElementById("question-text")?.textContent;
  announce(next ?? "Thank you. Your agent is being built.");
}

function scrollToEnd(behavior: ScrollBehavior): void {
  const log = document.getElementById("talk-log");
  log?.scrollTo({ top: log.scrollHeight, behavior: isCalm() ? "instant" : behavior });
}
