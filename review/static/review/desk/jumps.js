// From a finding to the words it concerns, from a quote to its place in the source, and back.

// Offsets count characters (code points), the text area UTF-16 units; Array.from walks code points.
const units = (text, offset) => Array.from(text).slice(0, offset).join("").length;

// Opens every collapsed box round an element, so that it can be seen.
export function reveal(element) {
  for (let box = element.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
}

// Brings a part into view and the focus to it, not into its field: single keys go on working.
export function goTo(part) {
  reveal(part);
  part.scrollIntoView({ block: "center" });
  part.focus({ preventScroll: true });
}

function goToWords(link) {
  const field = document.getElementById(`id_${link.dataset.part}`);
  const part = document.getElementById(`part-${link.dataset.part}`);
  if (!field) { // topics are boxes
    if (part) goTo(part);
    return;
  }
  reveal(field);
  field.scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
  if (link.dataset.start !== "" && field.setSelectionRange) {
    field.setSelectionRange(units(field.value, Number(link.dataset.start)), units(field.value, Number(link.dataset.end)));
  }
}

function goToSource(number) {
  const full = document.querySelector('input[name="source_view"][value="full"]');
  if (full) full.checked = true;
  document.querySelectorAll("mark.shown").forEach((mark) => mark.classList.remove("shown"));
  const marks = document.querySelectorAll(`mark[data-places~="${CSS.escape(number)}"]`);
  marks.forEach((mark) => mark.classList.add("shown"));
  marks[0]?.scrollIntoView({ block: "center" });
  document.getElementById("source-text")?.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-part], a[data-source]");
  if (!link) return;
  event.preventDefault();
  if (link.dataset.source) goToSource(link.dataset.source);
  else goToWords(link);
});

// A long source opens at its first change.
const source = document.getElementById("source-text");
const change = source?.querySelector("ins, del");
if (change && source.scrollHeight > source.clientHeight) {
  source.scrollTop = change.offsetTop - source.offsetTop - source.clientHeight / 3;
}
