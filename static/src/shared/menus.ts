/* Menus are `<details data-menu>`: they open without script; this closes them by Escape, by a click elsewhere and when focus leaves. */

const OPEN_MENUS = "details[data-menu][open]";

export function startMenus(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    closeAllBut(target.closest("[data-dialog-open]") ? null : target);
  });
  document.addEventListener("focusin", (event) => closeAllBut(event.target as Node));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeAround(event.target as Element);
  });
}

function closeAllBut(target: Node | null): void {
  document.querySelectorAll<HTMLDetailsElement>(OPEN_MENUS).forEach((menu) => {
    if (!menu.contains(target)) menu.open = false;
  });
}

function closeAround(element: Element): void {
  const menu = element.closest<HTMLDetailsElement>(OPEN_MENUS);
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary")?.focus();
}
