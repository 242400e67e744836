/*
 * Moves the orb with the levels of both sides. Through CSSOM, because our pages and many hosts forbid style attributes;
 * up fast and down slowly, as meters do, so that it follows the voice without flicker.
 */
import type { Speaker } from "./types";

const RISE = 0.5;
const FALL = 0.12;

/** Draw until the returned function is called. */
export function animateOrb(orb: HTMLElement, level: (who: Speaker) => number): () => void {
  const shown: Record<Speaker, number> = { agent: 0, visitor: 0 };
  let frame = 0;
  const draw = () => {
    for (const who of ["agent", "visitor"] as const) {
      const wanted = level(who);
      shown[who] += (wanted - shown[who]) * (wanted > shown[who] ? RISE : FALL);
      orb.style.setProperty(`--${who}`, shown[who].toFixed(3));
    }
    frame = requestAnimationFrame(draw);
  };
  draw();
  return () => {
    cancelAnimationFrame(frame);
    for (const who of ["agent", "visitor"]) orb.style.setProperty(`--${who}`, "0");
  };
}
