/*
 * What has been said, in the order in which it was said, with what each answer stood on. Sources often arrive before
 * the first spoken word of their answer; they wait until it begins.
 */
import type { Caption, Card, Source, Speaker } from "./types";

export class Captions {
  private readonly entries: Caption[] = [];
  private waitingSources: Source[] = [];
  private waitingCards: Card[] = [];
  private typed = 0;

  get list(): readonly Caption[] {
    return this.entries;
  }

  /** Put `text` where segment `id` stands, or at the end when it is new. */
  put(id: string, who: Speaker, text: string, isFinal: boolean): void {
    const known = this.entries.find((entry) => entry.id === id && entry.who === who);
    if (known) Object.assign(known, { text, isFinal });
    else if (text.trim()) this.begin(id, who, text, isFinal);
  }

  /** Add a whole line, such as one that was typed; return its id. */
  add(who: Speaker, text: string): string {
    const id = `typed-${++this.typed}`;
    this.begin(id, who, text, true);
    return id;
  }

  /** An empty list says that the answer to come stands on nothing; it takes nothing from one that has begun. */
  attachSources(sources: Source[]): void {
    const answer = this.currentAnswer();
    if (!answer) this.waitingSources = sources;
    else if (sources.length) answer.sources = sources;
  }

  attachCard(card: Card): void {
    const answer = this.currentAnswer();
    (answer?.cards ?? this.waitingCards).push(card);
  }

  private begin(id: string, who: Speaker, text: string, isFinal: boolean): void {
    const caption: Caption = { id, who, text, isFinal, sources: [], cards: [] };
    if (who === "agent") {
      caption.sources = this.waitingSources.splice(0);
      caption.cards = this.waitingCards.splice(0);
    }
    this.entries.push(caption);
  }

  /** The agent's last words, unless the visitor has spoken since: then the answer is still to come. */
  private currentAnswer(): Caption | null {
    const last = this.entries.at(-1);
    return last?.who === "agent" ? last : null;
  }
}
