/* A button with `data-copy="selector"` copies that element's text (or value) and says so on itself. */

const SAID_MS = 2000;

export function startCopyButtons(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("[data-copy]");
    if (button) void copyFrom(button);
  });
}

async function copyFrom(button: HTMLButtonElement): Promise<void> {
  const source = document.querySelector<HTMLElement>(button.dataset["copy"] ?? "");
  if (!source) return;
  const text = source instanceof HTMLInputElement ? source.value : (source.textContent ?? "");
  const label = button.querySelector("[data-copy-label]") ?? button;
  const before = label.textContent;
  label.textContent = (await copyText(text.trim(), source)) ? "Copied" : "Press Ctrl+C to copy";
  window.setTimeout(() => (label.textContent = before), SAID_MS);
}

/** Pages over plain HTTP have no clipboard; there the text is selected for the owner to copy. */
async function copyText(text: string, source: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    window.getSelection()?.selectAllChildren(source);
    return false;
  }
}
