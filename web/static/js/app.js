// Starts the components of every page; each part lives in a module of its own.
import { initAll } from "../vendor/govuk-frontend/govuk-frontend.min.js";
import { startDialogs } from "./dialogs.js";
import { startIdleLock } from "./idle.js";
import { startQuickExit } from "./quick_exit.js";
import { startAlerts } from "./alerts.js";

initAll();
startDialogs();
startIdleLock();
startQuickExit();
startAlerts();

// Content that htmx brings in gets its components too.
document.addEventListener("htmx:after:swap", (event) => {
  const target = event.target instanceof Element ? event.target : document.body;
  initAll({ scope: target, onError: () => {} });
});
