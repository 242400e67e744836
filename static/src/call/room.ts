/*
 * LiveKit's room as a call needs it: join, send the microphone, hear the agent, read its state and its streams. The
 * only module that imports livekit-client, so that its 150 kB come as a chunk of their own, when somebody calls.
 */
import {
  ConnectionError,
  ConnectionErrorReason,
  DisconnectReason,
  LocalAudioTrack,
  RemoteAudioTrack,
  Room,
  RoomEvent,
  setLogLevel,
  Track,
  type Participant,
  type RemoteParticipant,
  type RemoteTrack,
  type TextStreamReader,
} from "livekit-client";
import { Emitter } from "./emitter";
import { microphoneConstraints } from "./microphone";
import { problem, ProblemError, type Problem } from "./problems";
import type { CallPass, Speaker } from "./types";

const AGENT_STATE = "lk.agent.state";
const CHAT_TOPIC = "lk.chat";
const TRANSCRIPTION_TOPIC = "lk.transcription";
const UI_TOPIC = "app.ui";

// The console belongs to the host's page.
setLogLevel("error");

/** Why we are no longer in the room: the call is over, or something broke. */
export type Departure = { isOver: true } | { isOver: false; problem: Problem };

export interface RoomEvents {
  agentJoined: null;
  agentLeft: null;
  agentState: string;
  agentTrack: MediaStreamTrack;
  transcript: { reader: TextStreamReader; who: Speaker };
  uiMessage: string;
  interrupted: null;
  restored: null;
  /** True when the browser keeps the agent silent until the next click. */
  muffled: boolean;
  left: Departure;
}

export class CallRoom extends Emitter<RoomEvents> {
  private readonly room = new Room({
    // It would also go by `beforeunload`, which a click on a mailto: link fires.
    disconnectOnPageLeave: false,
    stopLocalTrackOnUnpublish: true,
  });
  private microphone: LocalAudioTrack | null = null;
  private voice: RemoteTrack | null = null;
  private hasJoined = false;
  private isLeaving = false;

  /** Going away says at once that we are gone, which frees the agent sooner; the call itself stays open. */
  private readonly goAway = () => void this.room.disconnect();

  constructor() {
    super();
    this.listen();
    this.readStreams();
    window.addEventListener("pagehide", this.goAway);
  }

  /** Look the server up and shake hands, so that joining takes one round trip less. */
  static prepare(url: string): void {
    void new Room().prepareConnection(url).catch(ignore);
  }

  /** Join. Throws ProblemError. */
  async join(pass: CallPass): Promise<void> {
    try {
      await this.room.connect(pass.url, pass.token, { maxRetries: 1 });
    } catch (error) {
      throw new ProblemError(connectionProblem(error));
    }
    this.hasJoined = true;
    const agent = this.findAgent();
    if (agent) this.greetAgent(agent);
  }

  async publish(track: MediaStreamTrack): Promise<void> {
    this.microphone = new LocalAudioTrack(track, microphoneConstraints, false);
    await this.room.localParticipant.publishTrack(this.microphone, {
      source: Track.Source.Microphone,
    });
  }

  async setMuted(isMuted: boolean): Promise<void> {
    await (isMuted ? this.microphone?.mute() : this.microphone?.unmute());
  }

  async sendText(text: string): Promise<void> {
    await this.room.localParticipant.sendText(text, { topic: CHAT_TOPIC });
  }

  async startAudio(): Promise<void> {
    await this.room.startAudio();
  }

  async packetsLost(): Promise<number | undefined> {
    if (!(this.voice instanceof RemoteAudioTrack)) return undefined;
    return (await this.voice.getReceiverStats())?.packetsLost;
  }

  async leave(): Promise<void> {
    this.isLeaving = true;
    window.removeEventListener("pagehide", this.goAway);
    this.microphone?.stop();
    this.voice?.detach();
    await this.room.disconnect(true);
  }

  private listen(): void {
    this.room
      .on(RoomEvent.ParticipantConnected, (one) => one.isAgent && this.greetAgent(one))
      .on(RoomEvent.ParticipantDisconnected, (one) => one.isAgent && this.missAgent())
      .on(RoomEvent.TrackSubscribed, (track, _publication, one) => this.play(track, one))
      .on(RoomEvent.ParticipantAttributesChanged, (_changed, one) => this.readState(one))
      .on(RoomEvent.SignalReconnecting, () => this.emit("interrupted", null))
      .on(RoomEvent.Reconnecting, () => this.emit("interrupted", null))
      .on(RoomEvent.Reconnected, () => this.emit("restored", null))
      .on(RoomEvent.AudioPlaybackStatusChanged, () =>
        this.emit("muffled", !this.room.canPlaybackAudio),
      )
      .on(RoomEvent.Disconnected, (reason) => this.depart(reason));
  }

  private readStreams(): void {
    this.room.registerTextStreamHandler(TRANSCRIPTION_TOPIC, (reader, { identity }) => {
      const who = identity === this.room.localParticipant.identity ? "visitor" : "agent";
      this.emit("transcript", { reader, who });
    });
    this.room.registerTextStreamHandler(UI_TOPIC, (reader) => {
      void reader.readAll().then((text) => this.emit("uiMessage", text), ignore);
    });
  }

  private findAgent(): RemoteParticipant | undefined {
    return [...this.room.remoteParticipants.values()].find((one) => one.isAgent);
  }

  /** LiveKit removes a dead agent 20 s later, when another has long taken its place. */
  private missAgent(): void {
    if (!this.findAgent()) this.emit("agentLeft", null);
  }

  private greetAgent(agent: RemoteParticipant): void {
    this.emit("agentJoined", null);
    this.readState(agent);
  }

  private readState(one: Participant): void {
    const state = one.attributes[AGENT_STATE];
    if (one.isAgent && state) this.emit("agentState", state);
  }

  private play(track: RemoteTrack, from: RemoteParticipant): void {
    if (!from.isAgent || track.kind !== Track.Kind.Audio) return;
    this.voice?.detach();
    this.voice = track;
    track.attach();
    this.emit("agentTrack", track.mediaStreamTrack);
  }

  private depart(reason: DisconnectReason | undefined): void {
    // Joining that failed is told by `join` itself, with the better reason.
    if (this.hasJoined && !this.isLeaving) this.emit("left", departureOf(reason));
  }
}

const ignore = () => undefined;

function departureOf(reason: DisconnectReason | undefined): Departure {
  switch (reason) {
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
    case DisconnectReason.PARTICIPANT_REMOVED:
      return { isOver: true };
    case DisconnectReason.DUPLICATE_IDENTITY:
      return { isOver: false, problem: problem("opened_elsewhere") };
    default:
      return { isOver: false, problem: problem("connection_lost") };
  }
}

function connectionProblem(error: unknown): Problem {
  const isRefused =
    error instanceof ConnectionError && error.reason === ConnectionErrorReason.NotAllowed;
  return problem(isRefused ? "token_rejected" : "livekit_unreachable");
}
