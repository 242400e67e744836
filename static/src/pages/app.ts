/* What every page needs; a page's own behaviour stands in its own entry. */
import { startCopyButtons } from "../shared/copy";
import { startDialogs } from "../shared/dialogs";
import { startForms } from "../shared/forms";
import { startHtmx } from "../shared/htmx";
import { startKeepingOpen } from "../shared/keep-open";
import { startMenus } from "../shared/menus";
import { startThemeSwitch } from "../shared/theme-switch";
import { startToasts } from "../shared/toasts";

startHtmx();
startKeepingOpen();
startDialogs();
startMenus();
startToasts();
startCopyButtons();
startThemeSwitch();
startForms();
