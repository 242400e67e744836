/* The test page: one call, on the whole page. */
import { mountCall } from "../call/mount";

for (const root of document.querySelectorAll<HTMLElement>("[data-call]")) mountCall(root);
