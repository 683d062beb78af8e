// Tells who else is here, and that what the page shows is no longer so. Every 20 seconds, and on coming back to it.
import { form, place, post, tab } from "./calls.js";

const EVERY = 20000;
const here = document.getElementById("presence");
const newer = document.getElementById("newer-bar");

// Beside the buttons, which are always in sight.
const warning = document.createElement("p");
warning.id = "moved";
warning.setAttribute("role", "status");
document.getElementById("save-state")?.before(warning);

let known = form?.elements.namedItem("lock_version").value; // the version that this page shows, or was told of
let moved = "";

const say = (place, sentences) => {
  const words = sentences.filter(Boolean).join(" ");
  if (place && place.textContent !== words) place.textContent = words; // read out only when it changes
};

function tell(told) {
  known = told.lock_version;
  moved = told.moved || moved;
  const colleagues = told.here.map((who) => `${who.name} (since ${who.since})`).join(", ");
  if (told.newer && newer) newer.hidden = false; // and stays so, whatever an earlier question is answered later
  say(here, [colleagues && `Also here: ${colleagues}.`, told.other_tab && "You have this open in another tab too."]);
  say(warning, [
    moved && `${moved}. What you press will be compared first.`,
    newer && !newer.hidden && "The provision has another text now: see above.",
  ]);
}

async function pulse() {
  const fields = new FormData();
  fields.set("tab", tab);
  fields.set("lock_version", known);
  fields.set("looking", document.visibilityState === "visible" ? "yes" : "no");
  const answer = await post(place.dataset.pulse, fields);
  if (answer.state === "done") tell(answer.data);
}

if (form && place) {
  pulse();
  setInterval(pulse, EVERY);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") pulse(); });
}
