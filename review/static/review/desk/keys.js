// Shortcuts. With Ctrl or ⌘ they work everywhere; single letters only outside of fields, and only where they are wanted.
import { form, isSending } from "./guard.js";
import { goTo } from "./jumps.js";
import { showNextKind } from "./parts.js";

const sheet = document.getElementById("keys");
const setting = document.getElementById("keys-setting");
const says = document.getElementById("save-state");
const findings = [...document.querySelectorAll(".findings a[data-part]")];
let bareKeys = form?.dataset.bareKeys === "yes";
let finding = -1;

const say = (words) => { if (says) says.textContent = words; };
const byKey = (key) => document.querySelector(`[data-key="${key}"]`);
const isField = (element) => Boolean(element?.closest("input, textarea, select, [contenteditable]")) && !["checkbox", "radio"].includes(element.type);
const isAsking = () => Boolean(document.querySelector("dialog[open], details.ask[open]"));

function press(button) {
  if (!button) return;
  if (button.disabled) {
    say(document.getElementById("why-not")?.textContent ?? "This cannot be done now.");
    return;
  }
  form.requestSubmit(button);
}

function withControl(event) {
  const key = event.key.toLowerCase();
  if (key !== "s" && key !== "enter") return;
  event.preventDefault();
  if (document.readyState !== "complete" || isSending || event.repeat || isAsking()) return;
  if (!form.checkValidity()) {
    form.reportValidity();
    return;
  }
  press(byKey(key === "s" ? "save" : "approve"));
}

// The finding takes the focus, its part comes into view; Enter goes into the words.
function showFinding(step) {
  if (!findings.length) return say("No finding concerns a part of the text.");
  finding = (finding + step + findings.length) % findings.length;
  document.querySelectorAll(".part.pointed").forEach((part) => part.classList.remove("pointed"));
  const part = document.getElementById(`part-${findings[finding].dataset.part}`);
  if (part) {
    goTo(part);
    part.classList.add("pointed");
  }
  findings[finding].focus({ preventScroll: window.innerWidth >= 1200 });
}

function open(details, selector) {
  if (!details) return;
  details.open = true;
  details.scrollIntoView({ block: "nearest" });
  details.querySelector(selector)?.focus();
}

function askForChanges() {
  const details = document.querySelector('details.ask button[value^="request_changes"]')?.closest("details");
  open(details, "textarea, select, input:not([type=hidden])");
}

const BARE = {
  j: () => showFinding(1),
  k: () => showFinding(finding < 0 ? 0 : -1),
  d: () => say(showNextKind()),
  p: () => byKey("p")?.click(),
  r: askForChanges,
  s: () => press(byKey("s")),
  c: () => open(document.getElementById("new-comment"), "#comment_body"),
  "?": () => sheet?.showModal(),
};
for (const number of "12345") BARE[number] = () => { const part = byKey(number); if (part) goTo(part); };

function leaveField(field) {
  const details = field.closest("details.ask[open]");
  if (details) {
    details.open = false;
    details.querySelector("summary").focus();
    return;
  }
  const part = field.closest(".part");
  if (part) part.focus({ preventScroll: true });
  else field.blur();
}

document.addEventListener("keydown", (event) => {
  if (!form || event.isComposing || event.keyCode === 229 || event.altKey || event.defaultPrevented) return;
  if (event.ctrlKey || event.metaKey) {
    if (!event.shiftKey) withControl(event);
    return;
  }
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    const asking = document.querySelector("details.ask[open]");
    if (isField(event.target)) leaveField(event.target);
    else if (asking) {
      asking.open = false;
      asking.querySelector("summary").focus();
    }
    return;
  }
  if (!bareKeys || event.repeat || isSending || isField(event.target) || isAsking()) return;
  const act = BARE[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

const opener = document.getElementById("show-keys");
if (opener && sheet) {
  opener.hidden = false;
  opener.addEventListener("click", () => sheet.showModal());
}
setting?.addEventListener("change", () => {
  bareKeys = setting.elements.bare_keys.checked;
  fetch(setting.action, { method: "POST", body: new FormData(setting), credentials: "same-origin" });
});
setting?.addEventListener("submit", (event) => event.preventDefault());
