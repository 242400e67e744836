/*
 * Builds the pages' browser code into static/dist. Entry names are stable, because Django's static storage hashes
 * them; chunks carry Vite's hash, because only Vite knows who imports them. The widget's loader has its own
 * configuration: it runs as a classic script on other people's pages.
 */
import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig, type Plugin } from "vite";

const SOURCE = resolve(import.meta.dirname, "static/src");

function entries(): Record<string, string> {
  const found: Record<string, string> = {
    app: `${SOURCE}/styles/app.css`,
    theme: `${SOURCE}/theme.ts`,
  };
  for (const file of readdirSync(`${SOURCE}/pages`)) {
    if (file.endsWith(".ts")) found[`pages/${file.slice(0, -3)}`] = `${SOURCE}/pages/${file}`;
  }
  if (existsSync(`${SOURCE}/widget/call.ts`)) found["widget/call"] = `${SOURCE}/widget/call.ts`;
  return found;
}

/** Django serves an entry under a hashed name, so a chunk that imports it by its plain name would run it twice. */
function noImportsOfEntries(): Plugin {
  return {
    name: "no-imports-of-entries",
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        const entry = chunk.imports.find((name) => /^(pages|widget)\//.test(name));
        if (entry) {
          this.error(
            `${chunk.fileName} imports the entry ${entry}: move what they share to shared/.`,
          );
        }
      }
    },
  };
}

export default defineConfig({
  base: "./",
  publicDir: resolve(SOURCE, "public"),
  plugins: [tailwindcss(), noImportsOfEntries()],
  build: {
    outDir: "static/dist",
    emptyOutDir: true,
    target: "es2022",
    // Tailwind 4 needs these as well; older ones would only double every colour.
    cssTarget: ["chrome111", "safari16.4", "firefox128"],
    sourcemap: false,
    modulePreload: false,
    // livekit-client is one piece, fetched only for a call.
    chunkSizeWarningLimit: 600,
    // A data: URL would be refused by our content security policy.
    assetsInlineLimit: 0,
    rolldownOptions: {
      // htmx has an eval that `allowEval: false` (base.html) and our CSP both switch off.
      checks: { eval: false },
      input: entries(),
      // The widget imports what widget/call.ts exports; pages export nothing.
      preserveEntrySignatures: "exports-only",
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunks/[name]-[hash].js",
        // The style sheet and the font have stable names, because templates name them.
        assetFileNames: "[name][extname]",
        codeSplitting: {
          groups: [
            { name: "htmx", test: /node_modules\/htmx/ },
            { name: "livekit", test: /node_modules/ },
          ],
        },
      },
    },
  },
});
