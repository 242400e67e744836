/* Menus are `<details data-menu>`: they open without script; this closes them by Escape, by a click elsewhere and when focus leaves. */

export function startMenus(): void {
  document.addEventListener("click", (event) => closeAllBut(event.target as Node));
  document.addEventListener("focusin", (event) => closeAllBut(event.target as Node));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = (event.target as Element).closest<HTMLDetailsElement>("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
}

function closeAllBut(target: Node): void {
  document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]").forEach((menu) => {
    const chosen = target instanceof Element && target.closest("[data-menu] [data-dialog-open]");
    if (!menu.contains(target) || chosen) menu.open = false;
  });
}
