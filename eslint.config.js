import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules/", "static/dist/", ".local/", "demo/", "tests/", "eslint.config.js"] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      eqeqeq: "error",
      // Names, answers and pages are strangers' text: it reaches the page as text, never as markup.
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Use textContent or a <template>." },
        { property: "outerHTML", message: "Use textContent or a <template>." },
      ],
    },
  },
);
