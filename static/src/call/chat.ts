/*
 * The same conversation in writing: a session without a room, whose answers arrive as server-sent events. It needs
 * neither microphone nor LiveKit, which is why it is what is left when a call can't be made.
 */
import type { Captions } from "./captions";
import { Emitter } from "./emitter";
import { fromAnswer, fromNetwork, problem, ProblemError, type Problem } from "./problems";
import type { VoiceApi } from "./session";
import type { ServerEvent } from "./sse";
import type { AgentInfo, SessionKey } from "./types";
import { parseJson, readMessage } from "./ui-messages";

export interface ChatEvents {
  captions: null;
  agent: AgentInfo;
  answering: boolean;
  problem: Problem;
}

export interface ChatOptions {
  api: VoiceApi;
  agentId: string;
  captions: Captions;
}

export class Chat extends Emitter<ChatEvents> {
  private key: SessionKey | null = null;
  private isAnswering = false;

  constructor(private readonly options: ChatOptions) {
    super();
  }

  /** Send one turn; false when it wasn't taken, so that the visitor's words can stay in the box. */
  async say(text: string): Promise<boolean> {
    if (this.isAnswering) return false;
    this.setAnswering(true);
    try {
      this.key ??= await this.open();
      await this.take(this.key, text);
      return true;
    } catch (error) {
      this.emit("problem", this.nameProblem(error));
      return false;
    } finally {
      this.setAnswering(false);
    }
  }

  end(): void {
    if (this.key) this.options.api.end(this.key);
    this.key = null;
  }

  private async open(): Promise<SessionKey> {
    const { api, agentId, captions } = this.options;
    const made = await api.createSession(agentId, "text");
    this.emit("agent", made.agent);
    if (!captions.list.length) captions.add("agent", made.agent.greeting);
    return made.key;
  }

  private async take(key: SessionKey, text: string): Promise<void> {
    const events = await this.options.api.takeTurn(key, text);
    this.options.captions.add("visitor", text);
    this.emit("captions", null);
    const answer = new Answer(this.options.captions);
    for await (const event of events) {
      answer.read(event);
      this.emit("captions", null);
    }
    answer.finish();
    this.emit("captions", null);
  }

  private nameProblem(error: unknown): Problem {
    if (!(error instanceof ProblemError)) return fromNetwork(navigator.onLine);
    if (error.problem.code !== "session_ended" && error.problem.code !== "agent_gone")
      return error.problem;
    this.key = null;
    return problem("session_ended");
  }

  private setAnswering(isAnswering: boolean): void {
    this.isAnswering = isAnswering;
    this.emit("answering", isAnswering);
  }
}

let answers = 0;

/** One answer as its events come in. */
class Answer {
  private readonly id = `answer-${++answers}`;
  private text = "";

  constructor(private readonly captions: Captions) {}

  read(event: ServerEvent): void {
    const body = parseJson(event.data);
    if (!body) return;
    if (event.name === "error") throw new ProblemError(fromAnswer(500, { error: body }, null));
    if (event.name === "delta" && typeof body["text"] === "string") this.grow(body["text"]);
    if (event.name === "done" && typeof body["text"] === "string") this.text = body["text"];
    const message = readMessage(event.name, body);
    if (message?.type === "sources") this.captions.attachSources(message.items);
    if (message?.type === "card") this.captions.attachCard(message.card);
  }

  finish(): void {
    this.captions.put(this.id, "agent", this.text, true);
  }

  private grow(piece: string): void {
    this.text += piece;
    this.captions.put(this.id, "agent", this.text, false);
  }
}
