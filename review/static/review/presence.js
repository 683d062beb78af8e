// Tells who else is here, and that what the page shows is no longer so. Every 20 seconds, and on coming back to it.
import { form, place, post, tab } from "./calls.js";

const EVERY = 20000;
const says = document.getElementById("presence");
const newer = document.getElementById("newer-bar");

function tell(told) {
  const colleagues = told.here.map((who) => `${who.name} (since ${who.since})`).join(", ");
  const sentences = [
    told.moved && `${told.moved}. What you press will be compared first.`,
    colleagues && `Also here: ${colleagues}.`,
    told.other_tab && "You have this open in another tab too.",
  ].filter(Boolean);
  const words = sentences.join(" ");
  if (says && says.textContent !== words) says.textContent = words; // read out only when it changes
  says?.classList.toggle("moved", Boolean(told.moved));
  if (told.newer && newer) newer.hidden = false;
}

async function pulse() {
  const fields = new FormData();
  fields.set("tab", tab);
  fields.set("lock_version", form.elements.namedItem("lock_version").value);
  fields.set("looking", document.visibilityState === "visible" ? "yes" : "no");
  const answer = await post(place.dataset.pulse, fields);
  if (answer.state === "done") tell(answer.data);
}

if (form && place) {
  pulse();
  setInterval(pulse, EVERY);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") pulse(); });
}
