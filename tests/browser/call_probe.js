/*
 * Ears and mouth for a browser under test. The microphone is Chromium's fake device, asked for as any page does; its
 * track is then replaced by one that plays what the test says. Whatever arrives over WebRTC can be recorded and watched.
 */
(() => {
  const AUDIBLE = 0.01;
  const probe = (window.callProbe = { edges: [], isAudible: false, errors: [] });
  let context, mouth, ears, analyser, recorder, pieces;

  function setUp() {
    if (context) return;
    context = new AudioContext();
    mouth = context.createMediaStreamDestination();
    ears = context.createMediaStreamDestination();
    analyser = context.createAnalyser();
    analyser.fftSize = 512;
    const samples = new Float32Array(analyser.fftSize);
    let quietSince = 0;
    setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const level = Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
      const now = performance.now();
      if (level > AUDIBLE) {
        quietSince = 0;
        if (!probe.isAudible) probe.edges.push({ audible: true, at: now });
        probe.isAudible = true;
      } else if (probe.isAudible) {
        quietSince ||= now;
        // Pauses between words are not the end of what is said.
        if (now - quietSince > 700) {
          probe.edges.push({ audible: false, at: quietSince });
          probe.isAudible = false;
        }
      }
    }, 10);
  }

  const devices = navigator.mediaDevices;
  const ask = devices?.getUserMedia.bind(devices);
  if (ask) {
    devices.getUserMedia = async (wanted) => {
      const real = await ask(wanted);
      if (!wanted.audio) return real;
      setUp();
      await context.resume();
      real.getAudioTracks().forEach((track) => track.stop());
      return new MediaStream(mouth.stream.getAudioTracks().map((track) => track.clone()));
    };
  }

  const Connection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Connection {
    constructor(...given) {
      super(...given);
      this.addEventListener("track", (event) => {
        if (event.track.kind !== "audio") return;
        setUp();
        const source = context.createMediaStreamSource(new MediaStream([event.track]));
        source.connect(ears);
        source.connect(analyser);
      });
    }
  };

  /** Say a WAV file; resolves with the moment at which its last sample was played. */
  probe.speak = async (base64) => {
    setUp();
    await context.resume();
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const source = context.createBufferSource();
    source.buffer = await context.decodeAudioData(bytes.buffer);
    source.connect(mouth);
    const ended = new Promise((resolve) => (source.onended = () => resolve(performance.now())));
    source.start();
    return ended;
  };

  probe.record = () => {
    setUp();
    pieces = [];
    recorder = new MediaRecorder(ears.stream, { mimeType: "audio/webm;codecs=opus" });
    recorder.ondataavailable = (event) => pieces.push(event.data);
    recorder.start(250);
  };

  /** Stop recording; resolves with the WebM file in base64. */
  probe.stop = () =>
    new Promise((resolve) => {
      recorder.onstop = () => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result.split(",")[1]);
        reader.readAsDataURL(new Blob(pieces));
      };
      recorder.stop();
    });
})();
