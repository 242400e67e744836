/* What every form needs beyond HTML: the first wrong field has the focus, and a button says that its work goes on. */

export function startForms(): void {
  document.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!event.defaultPrevented && button?.matches(".btn"))
      button.setAttribute("aria-busy", "true");
  });
  // A page that comes back from the browser's history must not still look busy.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("[aria-busy].btn").forEach((it) => it.removeAttribute("aria-busy"));
  });
}
