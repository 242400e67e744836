/*
 * Sets the chosen theme before the first paint. A blocking script of its own, because the content security policy
 * allows none inline; built without imports, so that it also runs as a classic script.
 */
{
  let chosen: string | null = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // Storage is closed to us; the system's setting stands.
  }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset["theme"] = chosen;
}
