/* What is left when no call is possible: a message to the business, kept while it can't be sent. */
import { make } from "../call/dom";
import { advise, ProblemError } from "../call/problems";

export interface WrittenMessage {
  name: string;
  contact: string;
  text: string;
}

export class MessageForm {
  readonly element: HTMLFormElement;
  private readonly error = make("p", "error", [], { role: "alert" });
  private readonly button = make("button", "button main", ["Send"], { type: "submit" });

  constructor(
    private readonly send: (message: WrittenMessage) => Promise<void>,
    private readonly close: () => void,
  ) {
    const back = make("button", "button", ["Back"], { type: "button" });
    back.addEventListener("click", () => this.close());
    this.element = make("form", "form", [
      make("h3", "", ["Leave a message"]),
      makeField("Your name (optional)", "input", { name: "name", autocomplete: "name" }),
      makeField("Phone or email", "input", { name: "contact", maxlength: "300", required: "" }),
      makeField("Message", "textarea", {
        name: "text",
        rows: "3",
        maxlength: "5000",
        required: "",
      }),
      this.error,
      make("div", "form-buttons", [back, this.button]),
    ]);
    this.element.hidden = true;
    this.error.hidden = true;
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
  }

  open(): void {
    this.element.hidden = false;
    this.element.querySelector("input")?.focus();
  }

  private async submit(): Promise<void> {
    const values = new FormData(this.element);
    const read = (name: string) => (values.get(name) as string).trim();
    this.button.disabled = true;
    this.error.hidden = true;
    try {
      await this.send({ name: read("name"), contact: read("contact"), text: read("text") });
      this.thank();
    } catch (error) {
      this.refuse(error);
    } finally {
      this.button.disabled = false;
    }
  }

  private thank(): void {
    const words = make("p", "", ["Thank you. Your message has been passed on."], {
      role: "status",
    });
    this.element.replaceChildren(words);
  }

  private refuse(error: unknown): void {
    const advice = error instanceof ProblemError && advise(error.problem, "visitor");
    this.error.textContent = advice ? `${advice.title}. ${advice.cure}` : "It could not be sent.";
    this.error.hidden = false;
  }
}

function makeField(
  label: string,
  tag: "input" | "textarea",
  attributes: Record<string, string>,
): HTMLLabelElement {
  return make("label", "", [label, make(tag, "", [], attributes)]);
}
