/*
 * How loud both sides are now, read from the audio itself. LiveKit's own "active speakers" come from the server every
 * 400 ms: too late to draw, and useless to measure when an answer begins.
 */
import type { Speaker } from "./types";

// About 21 ms at 48 kHz: as short as the ticks that read it, so that no sound falls between two.
const WINDOW_SAMPLES = 1024;
const FLOOR_DB = -55;
const RANGE_DB = 45;

interface Probe {
  source: MediaStreamAudioSourceNode;
  analyser: AnalyserNode;
  samples: Float32Array<ArrayBuffer>;
}

export class Levels {
  private context: AudioContext | null = null;
  private readonly probes = new Map<Speaker, Probe>();

  /** Must be called in a click or key press: browsers start no audio by themselves. */
  unlock(): void {
    this.context ??= new AudioContext();
    if (this.context.state === "suspended") void this.context.resume();
  }

  attach(who: Speaker, track: MediaStreamTrack): void {
    this.detach(who);
    this.unlock();
    if (!this.context) return;
    const source = this.context.createMediaStreamSource(new MediaStream([track]));
    const analyser = this.context.createAnalyser();
    analyser.fftSize = WINDOW_SAMPLES;
    source.connect(analyser);
    this.probes.set(who, { source, analyser, samples: new Float32Array(WINDOW_SAMPLES) });
  }

  detach(who: Speaker): void {
    this.probes.get(who)?.source.disconnect();
    this.probes.delete(who);
  }

  /** Return the root mean square of the last 21 ms, 0 to 1. */
  read(who: Speaker): number {
    const probe = this.probes.get(who);
    if (!probe) return 0;
    probe.analyser.getFloatTimeDomainData(probe.samples);
    let sum = 0;
    for (const sample of probe.samples) sum += sample * sample;
    return Math.sqrt(sum / probe.samples.length);
  }

  close(): void {
    this.detach("visitor");
    this.detach("agent");
    void this.context?.close();
    this.context = null;
  }
}

/** Turn a root mean square into a height to draw, 0 to 1: ears hear decibels. */
export function loudness(rms: number): number {
  if (rms <= 0) return 0;
  const db = 20 * Math.log10(rms);
  return Math.min(1, Math.max(0, (db - FLOOR_DB) / RANGE_DB));
}
