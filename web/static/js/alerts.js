// Says in words when a request in the background failed, so that nothing fails in silence.
const WORDS = {
  400: "This page is too old. Reload it and try again.",
  401: "You have been signed out. Sign in again.",
  403: "Your account does not allow this.",
  404: "This is not there any more. Reload the page.",
  409: "Somebody changed this first. Reload the page and look again.",
  413: "That file is too large. Nothing has been saved.",
  429: "Too many tries. Wait a few minutes.",
};
const OTHERWISE = "That did not work. Nothing was lost: try again in a minute.";
const NO_ANSWER = "No answer from the server. Check the connection; nothing was saved yet.";

export function say(text) {
  const place = document.querySelector("[data-app-alert]");
  if (place) place.textContent = text;
}

export function startAlerts() {
  document.addEventListener("htmx:response:error", (event) => {
    const status = event.detail?.ctx?.response?.status;
    if (status !== 422) say(WORDS[status] ?? OTHERWISE);
  });
  document.addEventListener("htmx:error", () => say(NO_ANSWER));
  document.addEventListener("htmx:after:request", (event) => {
    const status = event.detail?.ctx?.response?.status;
    if (status && status < 400) say("");
  });
}
