/* Going from step to step without loading a page: a form is sent, and the wizard in the answer takes the place of ours. */

export function wizardElement(): HTMLElement {
  const element = document.getElementById("wizard");
  if (!element) throw new Error("The page has no wizard.");
  return element;
}

export function sessionAddress(): string {
  return `/new-agent/${wizardElement().dataset["session"] ?? ""}/`;
}

/** Say something to people who listen to the page. */
export function announce(text: string): void {
  const region = document.getElementById("announce");
  if (region) region.textContent = text;
}

/** Send a form as the browser would and return the page that answers; throws when there is none. */
export async function sendForm(form: HTMLFormElement, submitter: HTMLElement | null) {
  const body = new FormData(form, submitter);
  const action = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "";
  return readPage(await fetch(action, { method: "POST", body }));
}

export async function loadPage(address: string) {
  return readPage(await fetch(address));
}

export interface Page {
  address: string;
  document: Document;
}

async function readPage(response: Response): Promise<Page> {
  const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
  // Signed out, or our error page: only a real visit can show what it is.
  if (!parsed.getElementById("wizard")) throw new Error(`No wizard in ${response.status}`);
  return { address: response.url, document: parsed };
}

/** Put the wizard of `page` in place of ours and start its step. */
export function showPage(page: Page): void {
  const next = page.document.getElementById("wizard");
  const hasMoved = next?.dataset["step"] !== wizardElement().dataset["step"];
  if (!next) return;
  wizardElement().replaceWith(document.adoptNode(next));
  replaceFooter(page.document);
  history.replaceState(null, "", page.address);
  if (hasMoved) {
    window.scrollTo({ top: 0 });
    document.getElementById("step-title")?.focus();
  }
  document.dispatchEvent(new Event("wizard:step"));
}

function replaceFooter(from: Document): void {
  const ours = document.querySelector(".plain-foot");
  const theirs = from.querySelector(".plain-foot");
  if (ours && theirs) ours.replaceWith(document.adoptNode(theirs));
}

/** Show or hide the sentence at a field. */
export function setFieldError(field: HTMLElement, errorId: string, message: string): void {
  const place = document.getElementById(errorId);
  const words = place?.querySelector("[data-text]");
  if (!place || !words) return;
  words.textContent = message;
  place.hidden = !message;
  if (message) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}
