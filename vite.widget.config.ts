/*
 * Builds the widget's loader as one classic script: owners paste `<script src async>`, which can't be a module, and
 * other people's pages must not see its names.
 */
import { resolve } from "node:path";
import { defineConfig } from "vite";

export default defineConfig({
  publicDir: false,
  build: {
    outDir: "static/dist",
    emptyOutDir: false,
    target: "es2022",
    // The first that know light-dark(), by which the widget follows the page around it.
    cssTarget: ["chrome123", "safari17.5", "firefox120"],
    sourcemap: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: resolve(import.meta.dirname, "static/src/widget/loader.ts"),
      output: { format: "iife", entryFileNames: "widget/loader.js" },
    },
  },
});
