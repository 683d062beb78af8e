// A remark on selected words takes them, and what stands round them, into its form; a quote finds its words again in
// what the field says now.
import { form } from "./calls.js";

const CONTEXT = 40; // as review/anchoring.py
const line = document.getElementById("comment-on-selection");
const details = document.getElementById("new-comment");
const part = document.getElementById("comment_part");

let last = null; // the text field that was selected in last

const points = (text) => Array.from(text).length;
const isPart = (field) => [...part.options].some((option) => option.value && option.value === field.name);

function take() {
  const says = line.querySelector("[role=status]");
  const [start, end] = last ? [last.selectionStart, last.selectionEnd] : [0, 0];
  const quote = last ? last.value.slice(start, end) : "";
  if (!quote.trim()) {
    says.textContent = "Select words in a part of the text first.";
    return;
  }
  const lead = quote.length - quote.trimStart().length;
  const from = start + lead;
  const to = from + quote.trim().length;
  says.textContent = "";
  part.value = last.name;
  document.getElementById("comment_quote").value = quote.trim();
  document.getElementById("comment_prefix").value = last.value.slice(Math.max(0, from - CONTEXT), from);
  document.getElementById("comment_suffix").value = last.value.slice(to, to + CONTEXT);
  details.open = true;
  document.getElementById("comment_body").focus();
}

if (line && part) {
  line.hidden = false;
  form.addEventListener("select", (event) => { if (isPart(event.target)) last = event.target; });
  form.addEventListener("focusin", (event) => { if (isPart(event.target)) last = event.target; });
  line.querySelector("button").addEventListener("click", take);
}

// The words' places count characters (code points) in the field as it is now: it may have been typed in since.
function find({ value }, { quote, prefix, suffix }) {
  let best = -1;
  let likeness = -1;
  for (let at = value.indexOf(quote); at >= 0; at = value.indexOf(quote, at + 1)) {
    let before = 0;
    while (before < prefix.length && value[at - 1 - before] === prefix[prefix.length - 1 - before]) before += 1;
    let after = 0;
    while (after < suffix.length && value[at + quote.length + after] === suffix[after]) after += 1;
    if (before + after > likeness) [best, likeness] = [at, before + after];
  }
  return best;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-quote]");
  const field = link && document.getElementById(`id_${link.dataset.part}`);
  if (!field) return;
  const at = find(field, link.dataset);
  link.dataset.start = at < 0 ? "" : points(field.value.slice(0, at));
  link.dataset.end = at < 0 ? "" : points(field.value.slice(0, at + link.dataset.quote.length));
}, { capture: true }); // before desk.js, which selects them
