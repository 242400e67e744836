/* The wizard: each step has a module of its own, started for whatever step the page shows, also after one was swapped in. */
import { watchLiveParts } from "../wizard/live";
import { startMeeting } from "../wizard/meet";
import { startQuestions } from "../wizard/questions";
import { startSources } from "../wizard/sources";
import { wizardElement } from "../wizard/steps";

const STARTS: Record<string, () => void | Promise<void>> = {
  sources: startSources,
  questions: startQuestions,
  meet: startMeeting,
};

function start(): void {
  const step = wizardElement().dataset["step"] ?? "";
  void STARTS[step]?.();
  watchLiveParts();
}

document.addEventListener("wizard:step", start);
start();
