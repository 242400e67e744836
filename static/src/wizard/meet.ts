/* Step 4: the call, the same one as on the test page. Loaded only here, so that the steps before stay light. */

export async function startMeeting(): Promise<void> {
  const call = document.querySelector<HTMLElement>("[data-call]");
  if (!call) return;
  const { mountCall } = await import("../call/mount");
  mountCall(call);
}
