/* One file on its way to the server: its row, its progress, its own error. XMLHttpRequest, because fetch can't tell how far an upload is. */
import { csrfToken } from "../shared/http";

export interface Upload {
  row: HTMLElement;
  /** Settles when the file was taken (true) or refused (false); never rejects. */
  done: Promise<boolean>;
}

const AT_ONCE = 3;
let running = 0;
const waiting: (() => void)[] = [];

export function uploadFile(file: File, list: Element, session: Promise<string>): Upload {
  const row = makeRow(file);
  list.append(row);
  const done = session
    .then((id) => takeTurn(() => send(file, id, row)))
    .then(
      () => settle(row, "done", "Received"),
      (error: unknown) => settle(row, "failed", error instanceof Error ? error.message : ""),
    );
  return { row, done };
}

function makeRow(file: File): HTMLElement {
  const template = document.querySelector<HTMLTemplateElement>("#upload-template");
  const row = template?.content.firstElementChild?.cloneNode(true) as HTMLElement;
  row.dataset["ours"] = "";
  setText(row, "[data-title]", file.name);
  row.querySelector("progress")?.setAttribute("aria-label", `Uploading ${file.name}`);
  const dismiss = row.querySelector<HTMLButtonElement>("[data-dismiss]");
  dismiss?.setAttribute("aria-label", `Remove ${file.name}`);
  if (dismiss) dismiss.hidden = true;
  dismiss?.addEventListener("click", () => row.remove());
  return row;
}

async function takeTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    return await work();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

function send(file: File, session: string, row: HTMLElement): Promise<void> {
  const limit = Number(document.querySelector<HTMLElement>("#files")?.dataset["maxBytes"] ?? 0);
  if (limit && file.size > limit)
    return Promise.reject(new Error(`Too large: at most ${Math.floor(limit / 1_000_000)} MB.`));
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/data/process-data/${session}`);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => showProgress(row, event));
    request.addEventListener("load", () => {
      if (request.status < 300) resolve();
      else reject(new Error(reasonIn(request.response, file.name)));
    });
    request.addEventListener("error", () => {
      reject(new Error("The connection broke. Drop the file again."));
    });
    const body = new FormData();
    body.append("files", file);
    request.send(body);
  });
}

function showProgress(row: HTMLElement, event: ProgressEvent): void {
  const bar = row.querySelector("progress");
  if (!bar || !event.lengthComputable) return;
  bar.value = (100 * event.loaded) / event.total;
  setText(row, "[data-note]", event.loaded < event.total ? "Uploading" : "Checking");
}

/** The API names the file in its sentence; the row does so already. */
function reasonIn(body: unknown, name: string): string {
  const error = (body as { error?: { message?: string; fields?: Record<string, string[]> } } | null)
    ?.error;
  const said = error?.fields?.["files"]?.[0] ?? error?.message;
  return said?.replace(`${name}: `, "") ?? "This file could not be taken. Try again.";
}

function settle(row: HTMLElement, state: "done" | "failed", note: string): boolean {
  row.dataset["state"] = state;
  setText(row, "[data-note]", note);
  row.querySelector("progress")?.remove();
  const dismiss = row.querySelector<HTMLButtonElement>("[data-dismiss]");
  if (dismiss) dismiss.hidden = state !== "failed";
  return state === "done";
}

function setText(row: HTMLElement, selector: string, text: string): void {
  const place = row.querySelector(selector);
  if (place) place.textContent = text;
}
