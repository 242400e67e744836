/*
 * Shows captions as a list that grows: each line is made once and then only its text changes, so that selection, focus
 * and screen readers aren't disturbed while the agent speaks.
 */
import { make } from "./dom";
import { drawIcon } from "./icons";
import type { Caption, Card, Source } from "./types";

interface Line {
  item: HTMLLIElement;
  text: HTMLElement;
  extras: HTMLElement;
  shownExtras: number;
  isAnnounced: boolean;
}

export interface LinesOptions {
  list: HTMLElement;
  /** What scrolls; kept at its end unless the reader has scrolled up. */
  scroller: HTMLElement;
  /** A polite live region; whole lines only, since a growing one would be read again and again. */
  live: HTMLElement;
  agentName: () => string;
}

const NEAR_END_PX = 80;

export class Lines {
  private readonly lines = new Map<string, Line>();
  private readonly dots = make("li", "call-line", [makeDots()]);

  constructor(private readonly options: LinesOptions) {}

  show(captions: readonly Caption[], isAnswering: boolean): void {
    const wasAtEnd = this.isAtEnd();
    for (const caption of captions) this.showOne(caption);
    const isWaiting = isAnswering && captions.at(-1)?.who !== "agent";
    if (isWaiting) this.options.list.append(this.dots);
    else this.dots.remove();
    if (wasAtEnd) this.options.scroller.scrollTop = this.options.scroller.scrollHeight;
  }

  private showOne(caption: Caption): void {
    const line = this.lines.get(caption.id) ?? this.begin(caption);
    if (line.text.textContent !== caption.text) line.text.textContent = caption.text;
    line.item.dataset["final"] = String(caption.isFinal);
    this.showExtras(line, caption);
    if (caption.isFinal && !line.isAnnounced) this.announce(line, caption);
  }

  private begin(caption: Caption): Line {
    const name = caption.who === "agent" ? this.options.agentName() : "You";
    const text = make("p", "call-text");
    const extras = make("div", "call-extras");
    const item = make("li", "call-line", [make("span", "call-who", [name]), text, extras], {
      "data-who": caption.who,
    });
    this.options.list.append(item);
    const line = { item, text, extras, shownExtras: 0, isAnnounced: false };
    this.lines.set(caption.id, line);
    return line;
  }

  private showExtras(line: Line, { sources, cards }: Caption): void {
    const count = sources.length + cards.length;
    if (count === line.shownExtras) return;
    line.shownExtras = count;
    line.extras.replaceChildren(...cards.map(makeCard), ...makeSources(sources));
  }

  private announce(line: Line, caption: Caption): void {
    line.isAnnounced = true;
    const name = caption.who === "agent" ? this.options.agentName() : "You";
    this.options.live.textContent = `${name}: ${caption.text}`;
  }

  private isAtEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.options.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }
}

function makeSources(sources: Source[]): HTMLElement[] {
  if (!sources.length) return [];
  const items = sources.map((source) => make("li", "", [makeSource(source)]));
  return [make("ul", "call-sources", items, { "aria-label": "Where this comes from" })];
}

function makeSource(source: Source): HTMLElement {
  const label = source.page ? `${source.title}, page ${source.page}` : source.title;
  const children = [drawIcon(source.url ? "globe" : "file"), make("span", "", [label])];
  if (!source.url) return make("span", "call-source", children);
  return make("a", "call-source", children, {
    href: source.url,
    target: "_blank",
    rel: "noopener noreferrer",
  });
}

function makeCard(card: Card): HTMLElement {
  const children: HTMLElement[] = [];
  if (card.title) children.push(make("strong", "", [card.title]));
  if (card.text) children.push(make("p", "", [card.text]));
  if (card.fields.length) children.push(makeFields(card.fields));
  if (card.url) {
    const link = { href: card.url, target: "_blank", rel: "noopener noreferrer" };
    children.push(make("a", "", ["Open"], link));
  }
  return make("div", "call-card", children);
}

function makeFields(fields: Card["fields"]): HTMLElement {
  const rows = fields.flatMap(({ label, value }) => [
    make("dt", "", [label]),
    make("dd", "", [value]),
  ]);
  return make("dl", "", rows);
}

function makeDots(): HTMLElement {
  const dots = [make("i", ""), make("i", ""), make("i", "")];
  return make("span", "call-dots", dots, { "aria-hidden": "true" });
}
