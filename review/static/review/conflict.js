// Comfort only: a choice shows its text at once, typing makes the choice. The server reads both without this file.

document.querySelectorAll("section.both").forEach((section) => {
  const text = section.querySelector(".proposal textarea, .proposal input");
  if (!text) return;
  const offered = text.value;
  const of = (side) => section.querySelector(`input[name="${side}_${text.name}"]`)?.value ?? offered;
  section.addEventListener("change", (event) => {
    const isUntouched = ["written", "yours", "theirs"].some((side) => of(side) === text.value);
    if (event.target.type === "radio" && isUntouched) text.value = of(event.target.value);
  });
  text.addEventListener("input", () => { section.querySelector('input[value="written"]').checked = true; });
});
