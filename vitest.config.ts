/* Unit tests of the browser code that needs no browser; calls and pages are tested in Chromium by tests/browser. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["static/src/**/*.test.ts"], environment: "node" },
});
