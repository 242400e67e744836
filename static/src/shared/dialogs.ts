/* `<dialog>`: a button with `data-dialog-open="id"` opens it, one with `data-dialog-close` closes it, and so does a click beside it. */

export function startDialogs(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const opener = target.closest<HTMLElement>("[data-dialog-open]");
    if (opener) openDialog(opener.dataset["dialogOpen"] ?? "");
    if (target.closest("[data-dialog-close]")) target.closest("dialog")?.close();
    if (target instanceof HTMLDialogElement) target.close();
  });
  document.querySelectorAll<HTMLDialogElement>("dialog[data-open-at-start]").forEach((dialog) => {
    dialog.showModal();
  });
}

export function openDialog(id: string): void {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}
