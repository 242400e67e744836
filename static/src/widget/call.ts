/* What the loader fetches when somebody reaches for the button: the panel with its call. */
export { Panel } from "./panel";
