/* Short notices in a live region. Good news leaves by itself; bad news stays until it is closed. */

export type ToastKind = "success" | "error" | "info";
const VISIBLE_MS = 5000;

export function showToast(text: string, kind: ToastKind = "success"): void {
  const template = document.querySelector<HTMLTemplateElement>("#toast-template");
  const region = document.querySelector("#toasts");
  const toast = template?.content.firstElementChild?.cloneNode(true) as HTMLElement | undefined;
  if (!toast || !region) return;
  toast.dataset["kind"] = kind;
  const words = toast.querySelector("[data-toast-text]");
  if (words) words.textContent = text;
  region.append(toast);
  scheduleLeave(toast);
}

export function startToasts(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest("[data-toast-close]");
    button?.closest("[data-toast]")?.remove();
  });
  document.querySelectorAll<HTMLElement>("[data-toast]").forEach(scheduleLeave);
}

function scheduleLeave(toast: HTMLElement): void {
  if (toast.dataset["kind"] === "error") return;
  const leave = () => {
    if (toast.matches(":hover, :focus-within")) window.setTimeout(leave, VISIBLE_MS);
    else toast.remove();
  };
  window.setTimeout(leave, VISIBLE_MS);
}
