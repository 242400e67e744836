/* htmx for partial refresh. Its settings stand in base.html's meta tag: no injected style, no eval (our CSP forbids both). */
import htmx from "htmx.org";
import { csrfToken } from "./http";
import { showToast } from "./toasts";

export function startHtmx(): void {
  document.addEventListener("htmx:configRequest", (event) => {
    const { headers } = (event as CustomEvent<{ headers: Record<string, string> }>).detail;
    headers["X-CSRFToken"] = csrfToken();
  });
  document.addEventListener("htmx:responseError", (event) => onFailure(event));
  document.addEventListener("htmx:sendError", (event) => onFailure(event));
}

/** A poll that fails says nothing: the next one may work. What a person asked for must answer. */
function onFailure(event: Event): void {
  const { elt } = (event as CustomEvent<{ elt: HTMLElement }>).detail;
  if (elt.closest("[hx-trigger*='every']")) return;
  showToast("That didn't work. Check your connection and try again.", "error");
}

/** Wire markup that a script added; htmx does what it swapped in by itself. */
export function processMarkup(element: Element): void {
  htmx.process(element);
}
