/*
 * Style sheets for the shadow root, built as objects: a host's content security policy can forbid <style> elements and
 * style attributes, but not these. Lengths in rem become pixels, since 1rem belongs to the host's page and many set it to 10px.
 */
const ROOT_PX = 16;

export function sheetOf(...styles: string[]): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    styles.join("\n").replace(/(\d*\.?\d+)rem\b/g, (_, rem: string) => inPixels(rem)),
  );
  return sheet;
}

function inPixels(rem: string): string {
  return `${Number(rem) * ROOT_PX}px`;
}
