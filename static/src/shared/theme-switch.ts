/* The switch between light, dark and the system's setting: radio buttons named "theme". theme.ts applies the choice on the next page. */

export function startThemeSwitch(): void {
  const chosen = readTheme();
  document.querySelectorAll<HTMLInputElement>("input[data-theme-choice]").forEach((input) => {
    input.checked = input.value === chosen;
    input.addEventListener("change", () => chooseTheme(input.value));
  });
}

function readTheme(): string {
  return document.documentElement.dataset["theme"] ?? "system";
}

function chooseTheme(theme: string): void {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // Storage is closed to us; the choice lasts for this page.
  }
}
