// Keeps what is typed, for its editor alone: two seconds after the last key, and when the page is left.
import { form, place, post, refreshToken } from "./calls.js";

const DEBOUNCE = 2000;
const RETRY = [5000, 10000, 20000, 30000];
const KEEPALIVE_LIMIT = 60000; // browsers refuse more in a request that outlives its page
const says = document.getElementById("save-state");
const here = "your text is still in this window";

let isPending = false; // typed, not yet on its way
let isSending = false;
let isLeaving = false;
let failures = 0;
let hasEnded = false;
let timer = 0;

const say = (words, isProblem = false) => {
  if (!says) return;
  if (says.textContent !== words) says.textContent = words;
  says.classList.toggle("problem", isProblem);
};

const wait = (milliseconds) => {
  clearTimeout(timer);
  timer = setTimeout(() => send(), milliseconds);
};

function retry() {
  wait(RETRY[Math.min(failures, RETRY.length - 1)]);
  failures += 1;
}

async function send(isLast = false) {
  if (!isPending || (isSending && !isLast)) return;
  clearTimeout(timer);
  isPending = false;
  isSending = true;
  const fields = new FormData(form);
  const size = new URLSearchParams(fields).toString().length;
  const answer = await post(place.dataset.autosave, fields, { keepalive: size < KEEPALIVE_LIMIT });
  isSending = false;
  hasEnded = answer.state === "ended";
  if (answer.state === "done") {
    failures = 0;
    say(answer.data.kept_at ? `Kept for you at ${answer.data.kept_at}; not a revision yet.` : "");
    if (isPending) wait(DEBOUNCE);
    return;
  }
  isPending = true;
  if (answer.state === "refused") {
    failures = 0;
    const isOffered = document.getElementById("unsaved-bar");
    const why = isOffered ? "go on with your earlier text, or throw it away, first" : answer.problem.replace(/\.$/, "");
    say(`Not saved: ${why}; ${here}.`, true);
    return; // the next key tries again
  }
  const why = hasEnded ? "your session has ended. Log in again in another tab" : "the server cannot be reached";
  say(`Not saved: ${why}; ${here}.`, true);
  retry();
}

if (form && place?.dataset.keeps === "yes") {
  form.addEventListener("input", () => {
    isPending = true;
    if (!failures) wait(DEBOUNCE);
  });
  form.addEventListener("submit", (event) => {
    if (hasEnded) {
      event.preventDefault(); // a login page would be all that came of it
      say(`Not sent: your session has ended. Log in again in another tab; ${here}.`, true);
      wait(0);
      return;
    }
    refreshToken();
    isLeaving = true;
    clearTimeout(timer);
  });
  const flush = () => { if (!isLeaving && document.visibilityState === "hidden") send(); };
  document.addEventListener("visibilitychange", flush);
  window.addEventListener("pagehide", () => { if (!isLeaving) send(true); });
  window.addEventListener("pageshow", () => { isLeaving = false; });
  window.addEventListener("online", () => { if (isPending) wait(0); });
  if (place.dataset.typed === "yes") { // the page came back with text that is not saved
    isPending = true;
    wait(DEBOUNCE);
  }
}
