/* Step 1: files are sent as they are dropped, so that reading begins while the owner is still looking for the next one. */
import { ApiError, requestJson } from "../shared/http";
import { refresh } from "./live";
import { announce, loadPage, sendForm, setFieldError, showPage, wizardElement } from "./steps";
import { uploadFile } from "./uploads";

const uploads = new Set<Promise<boolean>>();
let starting: Promise<string> | null = null;

export function startSources(): void {
  const form = document.querySelector<HTMLFormElement>("#material-form");
  const picker = document.querySelector<HTMLInputElement>("#files");
  const zone = document.querySelector<HTMLElement>("#drop-zone");
  if (!form || !picker || !zone) return;
  form.addEventListener("submit", (event) => void onSubmit(event, form));
  picker.addEventListener("change", () => takeFiles(picker));
  acceptDrops(zone);
}

function takeFiles(picker: HTMLInputElement): void {
  addFiles([...(picker.files ?? [])]);
  // The same file may be chosen again, and must not be sent twice by the form.
  picker.value = "";
}

function acceptDrops(zone: HTMLElement): void {
  // A file dropped beside the zone would make the browser leave the page.
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(name, (event) => event.preventDefault());
  }
  zone.addEventListener("dragover", () => (zone.dataset["over"] = ""));
  zone.addEventListener("dragleave", () => delete zone.dataset["over"]);
  zone.addEventListener("drop", (event) => {
    delete zone.dataset["over"];
    addFiles([...(event.dataTransfer?.files ?? [])]);
  });
}

function addFiles(files: File[]): void {
  const list = document.querySelector("#materials");
  if (!list || !files.length) return;
  setFieldError(addressField(), "website-error", "");
  announce(`${files.length} ${files.length === 1 ? "file" : "files"} added`);
  for (const file of files) {
    const { row, done } = uploadFile(file, list, sessionId());
    uploads.add(done);
    void done.then(async (isTaken) => {
      uploads.delete(done);
      announce(`${file.name}: ${isTaken ? "received" : (row.textContent ?? "").trim()}`);
      if (!isTaken) return;
      // From now on the server's own row tells how reading goes.
      await refresh();
      row.remove();
    });
  }
}

/** The session is made for the first thing that is handed over, once, however many files come together. */
function sessionId(): Promise<string> {
  const known = wizardElement().dataset["session"];
  if (known) return Promise.resolve(known);
  starting ??= startSession({}).catch((error: unknown) => {
    starting = null;
    throw error;
  });
  return starting;
}

async function startSession(body: { website_url?: string }): Promise<string> {
  const answer = await requestJson<{ session_id: string }>("POST", "/api/onboarding/start", body);
  const address = `/new-agent/${answer.session_id}/`;
  const { dataset } = wizardElement();
  dataset["session"] = answer.session_id;
  dataset["live"] = `${address}live/`;
  history.replaceState(null, "", `${address}?step=sources`);
  return answer.session_id;
}

async function onSubmit(event: SubmitEvent, form: HTMLFormElement): Promise<void> {
  event.preventDefault();
  if (event.submitter?.hasAttribute("data-drop")) return drop(form, event.submitter);
  const button = form.querySelector<HTMLButtonElement>("#continue");
  button?.setAttribute("aria-busy", "true");
  try {
    await goOn();
  } catch (error) {
    showError(error);
  } finally {
    button?.removeAttribute("aria-busy");
    say("");
  }
}

async function goOn(): Promise<void> {
  const address = addressField().value.trim();
  setFieldError(addressField(), "website-error", "");
  requireSomething(address);
  if (address) await handOverWebsite(address);
  if (uploads.size) say("One moment, your files are still on their way.");
  await Promise.all(uploads);
  requireSomething(address);
  showPage(await loadPage(`/new-agent/${await sessionId()}/`));
}

function requireSomething(address: string): void {
  if (address || document.querySelector("#materials > li:not([data-state='failed'])")) return;
  throw new Error("Enter your website's address, or add at least one document.");
}

async function handOverWebsite(address: string): Promise<void> {
  const { session } = wizardElement().dataset;
  if (!session && !starting) {
    starting = startSession({ website_url: address });
    starting.catch(() => (starting = null));
    await starting;
    return;
  }
  const body = new FormData();
  body.append("website_url", address);
  await requestJson("POST", `/api/data/process-data/${await sessionId()}`, body);
}

async function drop(form: HTMLFormElement, button: HTMLElement): Promise<void> {
  const row = button.closest<HTMLElement>(".material");
  row?.setAttribute("data-state", "leaving");
  try {
    await sendForm(form, button);
    await refresh();
    addressField().focus();
  } catch {
    row?.setAttribute("data-state", "ready");
    say("That didn't work. Check your connection and try again.");
  }
}

function showError(error: unknown): void {
  const message =
    error instanceof ApiError
      ? (error.fields["website_url"]?.[0] ?? error.message)
      : error instanceof Error
        ? error.message
        : "Something went wrong. Please try again.";
  setFieldError(addressField(), "website-error", message);
  addressField().focus();
}

function addressField(): HTMLInputElement {
  const field = document.querySelector<HTMLInputElement>("#website-url");
  if (!field) throw new Error("The step has no address field.");
  return field;
}

function say(text: string): void {
  const place = document.querySelector("#continue-help");
  if (place) place.textContent = text;
}
