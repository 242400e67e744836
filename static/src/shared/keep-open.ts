/* A part that refreshes itself must not close what somebody reads in it: `<details>` with an id stay open across a swap. */

export function startKeepingOpen(): void {
  let open: string[] = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    const inside = (event.target as Element).querySelectorAll("details[id][open]");
    open = [...inside].map((details) => details.id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of open) {
      const details = document.getElementById(id);
      if (details instanceof HTMLDetailsElement) details.open = true;
    }
    open = [];
  });
}
