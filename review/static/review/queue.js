// Comfort only: choosing all rows, how many are chosen, and "/" for the search.

const boxes = [...document.querySelectorAll('#bulk input[name="row"]')];
const all = document.getElementById("choose-all");
const chosen = document.getElementById("chosen");

function tell() {
  const count = boxes.filter((box) => box.checked).length;
  if (chosen) chosen.textContent = count ? `(${count})` : "";
  if (all) {
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  }
}

if (all && boxes.length) {
  all.hidden = false;
  all.labels[0].hidden = false;
  all.addEventListener("change", () => { boxes.forEach((box) => { box.checked = all.checked; }); tell(); });
  boxes.forEach((box) => box.addEventListener("change", tell));
  tell();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea, select")) return;
  event.preventDefault();
  document.getElementById("q")?.focus();
});
