// Comfort only: without this file every button of the desk works the same.

const form = document.getElementById("desk");
let isChanged = false;
let isSending = false;

form?.addEventListener("input", () => { isChanged = true; });
form?.addEventListener("submit", () => { isSending = true; });
window.addEventListener("beforeunload", (event) => {
  if (isChanged && !isSending) event.preventDefault();
});

// A finding selects the words it concerns. Offsets count characters (code points), the text area UTF-16 units;
// Array.from walks code points.
const units = (text, offset) => Array.from(text).slice(0, offset).join("").length;

document.querySelectorAll("a[data-part]").forEach((link) => {
  link.addEventListener("click", (event) => {
    const field = document.getElementById(`id_${link.dataset.part}`);
    if (!field) return;
    event.preventDefault();
    field.scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
    if (link.dataset.start !== "" && field.setSelectionRange) {
      field.setSelectionRange(units(field.value, Number(link.dataset.start)), units(field.value, Number(link.dataset.end)));
    }
  });
});
