/*
 * The visitor's microphone, asked for directly rather than through livekit-client, so that the question is on the
 * screen while everything else still loads.
 */
import { fromEnvironment, fromMicrophone, problem, ProblemError } from "./problems";

const CONSTRAINTS: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};

export type Permission = "granted" | "denied" | "prompt" | "unknown";

/** Say why this page can't record at all, before anything is asked. */
export function requireRecording(): void {
  const found = fromEnvironment({
    isSecure: window.isSecureContext,
    hasMicrophoneApi: typeof navigator.mediaDevices?.getUserMedia === "function",
    hasWebRtc: typeof RTCPeerConnection === "function",
  });
  if (found) throw new ProblemError(found);
}

/** What the browser would answer; some don't know the question. */
export async function readPermission(): Promise<Permission> {
  try {
    const name = "microphone" as PermissionName;
    return (await navigator.permissions.query({ name })).state;
  } catch {
    return "unknown";
  }
}

/**
 * Open the microphone.
 *
 * Throws ProblemError when it can't be had, also when the person has said no.
 */
export async function openMicrophone(): Promise<MediaStreamTrack> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: CONSTRAINTS });
    const [track] = stream.getAudioTracks();
    if (!track) throw new ProblemError(problem("microphone_missing"));
    return track;
  } catch (error) {
    throw error instanceof ProblemError ? error : new ProblemError(fromMicrophone(error));
  }
}

export { CONSTRAINTS as microphoneConstraints };
