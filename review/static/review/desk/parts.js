// Words are counted while they are typed; differences of one kind are shown or hidden together.

document.querySelectorAll("[data-counts]").forEach((line) => {
  const field = document.getElementById(line.dataset.counts);
  field?.addEventListener("input", () => {
    const count = field.value.split(/\s+/u).filter(Boolean).length;
    line.textContent = `${count.toLocaleString("en")} word${count === 1 ? "" : "s"}`;
  });
});

const comparisons = [...document.querySelectorAll("details.comparison")];
const kinds = ["published", "draft", "last"].filter((kind) => comparisons.some((box) => box.dataset.against === kind));

// The next kind of difference, or none after the last; what is shown now, in words.
export function showNextKind() {
  const shown = kinds.findIndex((kind) => comparisons.some((box) => box.open && box.dataset.against === kind));
  const kind = kinds[shown + 1];
  comparisons.forEach((box) => { box.open = box.dataset.against === kind; });
  const first = comparisons.find((box) => box.open);
  if (!kinds.length) return "There is no earlier text that differs.";
  return first ? `Differences: ${first.querySelector("summary").textContent.toLowerCase()}.` : "Differences hidden.";
}
